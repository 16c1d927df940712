package demo

import (
	"context"
	"fmt"
	"strings"

	"textdesk/desk"
)

var firstNames = strings.Fields("Amelia Ben Chloe Dev Ella Farah George Hana Isaac Jade Kofi Lena Mo Nia Oscar Priya Quinn Rosa Sam Tara Umar Vera Will Xanthe Yusuf Zoe")

var lastNames = strings.Fields("Adeyemi Brown Clarke Davies Evans Fraser Green Hughes Iqbal Jones Khan Lewis Morgan Nowak O’Brien Patel Roberts Shah Taylor Walker")

// parent is somebody whose child is at the school.
func parent(i int) string {
	return firstNames[i*7%len(firstNames)] + " " + lastNames[i*11%len(lastNames)]
}

func mobile(i int) string { return fmt.Sprintf("07700 900%03d", 100+i) }

// fillBook gives the administrator contacts in groups, a list with fields, and
// some numbers that nobody may text.
func fillBook(ctx context.Context, d *desk.Desk, admin desk.Actor) error {
	for _, group := range []struct {
		name     string
		from, to int
	}{{"Year 3 parents", 0, 26}, {"Year 4 parents", 26, 54}, {"Staff", 54, 68}, {"After-school club", 20, 37}} {
		id, err := d.AddGroup(ctx, admin, group.name)
		if err != nil {
			return fmt.Errorf("make demo group: %w", err)
		}
		var people strings.Builder
		for i := group.from; i < group.to; i++ {
			fmt.Fprintf(&people, "%s <%s>\n", parent(i), mobile(i))
		}
		if _, err := d.PasteIntoGroup(ctx, admin, id, people.String()); err != nil {
			return fmt.Errorf("fill demo group: %w", err)
		}
	}
	if err := tellFields(ctx, d, admin); err != nil {
		return err
	}
	list, err := d.AddList(ctx, admin, "Spring trip")
	if err != nil {
		return fmt.Errorf("make demo list: %w", err)
	}
	var rows strings.Builder
	rows.WriteString("Number\tName\tE-mail\tCoach\tLeaves at\n")
	for i := range 24 {
		fmt.Fprintf(&rows, "%s\t%s\t\tCoach %c\t%d:%02d\n", mobile(26+i), parent(26+i), 'A'+i%2, 8+i%2, 15*(i%3+1))
	}
	if _, err := d.PasteIntoList(ctx, admin, list, rows.String()); err != nil {
		return fmt.Errorf("fill demo list: %w", err)
	}
	for number, reason := range map[string]string{"07700 900997": "Wrote back STOP", "07700 900998": "Asked at the front desk", "07700 900999": "Wrong number, says somebody else"} {
		if _, err := d.Suppress(ctx, admin, number, reason); err != nil {
			return fmt.Errorf("suppress demo number: %w", err)
		}
	}
	return nil
}

// tellFields fills in what the office knows of some of its contacts, and puts in
// one person twice.
func tellFields(ctx context.Context, d *desk.Desk, admin desk.Actor) error {
	people, _, err := d.Contacts(ctx, admin, desk.BookSearch{Limit: 40})
	if err != nil {
		return fmt.Errorf("read demo contacts: %w", err)
	}
	for i, c := range people {
		form := desk.ContactForm{Name: c.Name, Number: string(c.Number), Fields: []desk.Field{{Name: "Class", Value: fmt.Sprintf("%d%c", 3+i%2, 'A'+i%3)}, {Name: "Bus", Value: fmt.Sprint(1 + i%9)}}}
		if i%3 == 0 {
			form.Email = strings.ToLower(strings.NewReplacer(" ", ".", "’", "").Replace(c.Name)) + "@example.org"
		}
		if err := d.ChangeContact(ctx, admin, c.ID, form); err != nil {
			return fmt.Errorf("change demo contact: %w", err)
		}
	}
	_, err = d.AddContact(ctx, admin, desk.ContactForm{Name: people[0].Name, Number: "07700 900950", Email: "work@example.org"})
	if err != nil {
		return fmt.Errorf("add demo contact: %w", err)
	}
	return nil
}
