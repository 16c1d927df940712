package fastsms

import (
	"strconv"
	"testing"

	"textdesk/providers"
)

// The kind of every row, written out again so that a slip in the table shows.
var kinds = []struct {
	number int
	kind   providers.Kind
}{
	{-100, noCredit}, {-101, rejected}, {-200, rejected},
	{-300, ambiguous}, {-301, ambiguous}, {-302, ambiguous}, {-303, rejected},
	{-400, ambiguous}, {-401, rejected}, {-402, rejected}, {-403, rejected}, {-404, rejected},
	{-405, rejected}, {-406, rejected}, {-407, rejected}, {-408, rejected}, {-409, rejected},
	{-410, rejected}, {-411, rejected}, {-412, rejected}, {-414, rejected},
	{-501, unauthorised}, {-502, rejected}, {-503, rejected}, {-504, rejected}, {-505, rejected},
	{-506, rejected}, {-507, rejected}, {-508, rejected}, {-509, rejected}, {-510, rejected},
	{-511, temporary}, {-512, unauthorised}, {-513, unauthorised}, {-514, unauthorised}, {-515, unauthorised},
	{-516, rejected}, {-517, rejected}, {-518, rejected}, {-519, rejected}, {-520, rejected},
	{-601, rejected}, {-701, rejected}, {-702, rejected}, {-703, rejected},
	{-521, rejected}, {-522, rejected}, {-523, rejected},
}

func TestEveryCode(t *testing.T) {
	if len(kinds) != len(codes) {
		t.Fatalf("the table has %d rows, the test %d", len(codes), len(kinds))
	}
	for i, want := range kinds {
		c := codes[i]
		if c.number != want.number || c.kind != want.kind || c.text == "" {
			t.Errorf("row %d is %+v, want %d %v", i, c, want.number, want.kind)
		}
		written := strconv.Itoa(c.number)
		for _, line := range []string{written, " " + written + "\r\nSome words\n", "\xef\xbb\xbf" + written} {
			_, err := acceptance(firstLine([]byte(line)))
			e := providers.AsError(err)
			if e.Kind != want.kind || e.Code != written || e.Text != c.text {
				t.Errorf("%q: %v", line, err)
			}
		}
		out, err := outcomes("12345678,"+written, 2)
		if err != nil || out[0].Err != nil || providers.AsError(out[1].Err).Code != written {
			t.Errorf("%s among others: %+v, %v", written, out, err)
		}
		alone := want.kind
		if c.one {
			alone = ambiguous
		}
		if _, err = outcomes(written, 2); providers.AsError(err).Kind != alone || providers.AsError(err).Code != written {
			t.Errorf("%s alone for two: %v, want %v", written, err, alone)
		}
	}
	if len(byNumber) != len(codes) {
		t.Error("a code stands in the table twice")
	}
}

func TestUnknownCode(t *testing.T) {
	for _, s := range []string{"-413", "-1", "-999", "-599"} {
		if _, err := acceptance(s); providers.AsError(err).Kind != ambiguous || providers.AsError(err).Code != s {
			t.Errorf("%s: %v", s, err)
		}
	}
}
