package desk

import (
	"context"
	"strings"
	"testing"
	"time"

	"textdesk/sms"
)

// personRows is one table of everything about a person.
func (o *office) personRows(t testing.TB, a Actor, n int, table string) (rows []string) {
	t.Helper()
	tables, err := o.Person(context.Background(), a, sms.MSISDN(number(n)))
	must(t, err)
	for _, p := range tables {
		if p.Name == table {
			must(t, p.Each(func(cells ...string) error {
				if len(cells) != len(p.Titles) {
					t.Errorf("%s has %d titles and %d cells", table, len(p.Titles), len(cells))
				}
				rows = append(rows, strings.Join(cells, "|"))
				return nil
			}))
		}
	}
	return rows
}

func TestPersonSaysWhereTextsWereForwarded(t *testing.T) {
	o := newOffice(t)
	head := o.user(t, "head", LevelAdmin, o.admin.User.ID, 10)
	o.vmn(t, NumberForm{})
	o.arrives(t, "a", sms.MSISDN(number(1)), vmnAddress)
	o.arrives(t, "b", sms.MSISDN(number(2)), vmnAddress)
	due := o.due(t)
	if len(due) != 2 {
		t.Fatalf("%d texts are to be forwarded", len(due))
	}
	o.came(t, due[0], 503, "The page answered 503.")
	o.pass(30 * time.Minute)
	again := o.due(t)
	for _, f := range again {
		o.came(t, f, 200, "")
	}
	rows := o.personRows(t, o.admin, 1, "forwarded")
	if len(rows) != 2 || !strings.Contains(rows[0], "|intranet.example|503|The page answered 503.|Taken") || !strings.Contains(rows[1], "|intranet.example|200||Taken") || !strings.Contains(rows[1], vmnAddress) {
		t.Errorf("forwarded: %q", rows)
	}
	if rows := o.personRows(t, o.admin, 2, "forwarded"); len(rows) != 1 {
		t.Errorf("of somebody else: %q", rows)
	}
	if rows := o.personRows(t, o.admin, 3, "forwarded"); len(rows) != 0 {
		t.Errorf("of somebody who never wrote: %q", rows)
	}
	if rows := o.personRows(t, head, 1, "forwarded"); len(rows) != 0 {
		t.Errorf("an administrator beside the number's owner gets %q", rows)
	}
}
