package main

import (
	"context"
	"fmt"
	"path/filepath"

	"textdesk/db"
)

// exportRates measures all contacts of an address book as files, with their
// fields and groups, against the sqlite3 program that writes the same as CSV.
func exportRates(size int) ([]figure, error) {
	d, err := full(1000)
	if err != nil {
		return nil, err
	}
	defer d.close()
	if _, _, _, err := loadBook(d, size); err != nil {
		return nil, err
	}
	admin, err := d.administrator(context.Background())
	if err != nil {
		return nil, err
	}
	token, err := d.NewKey(context.Background(), admin, "bench")
	if err != nil {
		return nil, err
	}
	client, address, stop, err := d.visited()
	if err != nil {
		return nil, err
	}
	defer stop()
	bare, err := sqliteCSV(filepath.Join(d.dir, db.FileName), fmt.Sprintf(`SELECT c.name, c.number, c.email, c.fields,
  (SELECT group_concat(g.name, '; ') FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.contact_id = c.id)
FROM contacts c WHERE c.user_id = %d ORDER BY c.name_key, c.id`, admin.User.ID))
	if err != nil {
		return nil, err
	}
	var figures []figure
	for _, p := range []struct{ what, path string }{
		{"contacts as CSV for a spreadsheet", "/contacts/export"},
		{"contacts as an Excel workbook", "/contacts/export?format=xlsx"},
		{"GetAllContacts over /api", "/api?Token=" + token + "&Action=GetAllContacts"},
	} {
		f, err := download(client, address+p.path, size)
		if err != nil {
			return figures, err
		}
		f.what = fmt.Sprintf("%s, %d: %s", p.what, size, f.what)
		if bare > 0 {
			f.reference, f.ratio = fmt.Sprintf("%.0f rows/s sqlite3 -csv", bare), fmt.Sprintf("%.2f", f.rate/bare)
		}
		figures = append(figures, f.figure)
	}
	return figures, nil
}
