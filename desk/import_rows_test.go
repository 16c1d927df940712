package desk

import (
	"fmt"
	"strings"
	"testing"
)

// A group is one however it is written, and what a row cannot have is said once.
func TestImportGroupsAsWritten(t *testing.T) {
	o := newOffice(t)
	var many []string
	for i := range 70 {
		many = append(many, fmt.Sprint("g", i))
	}
	row := o.begin(t, o.admin, "groups.csv", "Name,Mobile,Groups\nAnn,07700900521,choir\nBen,07700900522,\"CHOIR; choir\"\nCid,07700900523,"+strings.Join(many, ";")+"\n")
	f := FindingsOf(row)
	if len(f.Groups) != 51 || f.Groups[0] != (CountedName{Name: "choir", Count: 2, New: true}) {
		t.Errorf("found %+v", f.Groups)
	}
	row = o.finish(t, o.admin, row.ID, ImportAnswers{})
	rows, err := o.ImportRows(t.Context(), o.admin, row.ID, 0, 10)
	must(t, err)
	if len(rows) != 1 || rows[0].Result != RowPartial || rows[0].Problem != "One row can name 50 groups; the others were left out." {
		t.Errorf("rows %+v", rows)
	}
}
