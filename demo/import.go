package demo

import (
	"context"
	"fmt"
	"strings"

	"textdesk/desk"
)

// importSome brings in a file as offices have them: most rows are good, some
// are to be put right, and another file waits to be looked at.
func importSome(ctx context.Context, d *desk.Desk, admin desk.Actor) error {
	var file strings.Builder
	file.WriteString("Pupil;Surname;Mobile No;E-mail;Yr Group;Groups;Notes\r\n")
	for i := range 64 {
		first, last, _ := strings.Cut(parent(300+i), " ")
		fmt.Fprintf(&file, "%s;%s;%s;%s@home.example;%d%c;Reception parents;\r\n", first, last, mobile(400+i), strings.ToLower(first), i%2+1, 'A'+i%3)
	}
	file.WriteString("Nadia;Rahman;7700900480;;1B;Reception parents;rang to say she has a new number\r\n" +
		"Colin;Frost;4.48E+11;;1A;Reception parents;\r\n" +
		"Maeve;Doyle;4.48E+11;maeve@home.example;2C;;\r\n" +
		"Peter;Lund;020 7946 0958;;1C;;office number\r\n" +
		"Grace;Osei;07700 90048;;2A;Reception parents;\r\n" +
		"Ines;Duarte;+351 912 345 678;ines@home.example;2B;;\r\n" +
		"Amir;Haddad;07700900482 / 07700900483;;1B;;\r\n")
	for i, name := range []string{"new-families.csv", "staff-mobiles.csv"} {
		text := file.String()
		if i == 1 {
			text = "Name,Mobile,Room\nHelen Marsh,7700900490,12\nTom Bell,07700 900491,14\nUma Rao,4.48E+11,3\n"
		}
		id, err := d.BeginImport(ctx, admin, name, strings.NewReader(text))
		if err != nil {
			return fmt.Errorf("begin demo import: %w", err)
		}
		f, err := d.ImportFile(ctx, admin, id)
		if err != nil {
			return fmt.Errorf("open demo import: %w", err)
		}
		columns := f.Plan.Columns
		if err := f.Close(); err != nil {
			return fmt.Errorf("close demo import: %w", err)
		}
		if err := d.CheckImport(ctx, admin, id, columns); err != nil {
			return fmt.Errorf("check demo import: %w", err)
		}
		if err := d.WorkImports(ctx); err != nil {
			return fmt.Errorf("check demo import: %w", err)
		}
		if i == 1 {
			break // it waits for somebody
		}
		if err := d.StartImport(ctx, admin, id, desk.ImportAnswers{SameNumber: desk.SameKeep}); err != nil {
			return fmt.Errorf("start demo import: %w", err)
		}
		if err := d.WorkImports(ctx); err != nil {
			return fmt.Errorf("run demo import: %w", err)
		}
	}
	return nil
}
