package handlers

import "testing"

func TestAPersonStandsWhereTheirNameWasTyped(t *testing.T) {
	const line = "Ann Lee 07700 900001"
	for _, c := range []struct{ to, typed, want string }{
		{"ann", "ann", line + "\n"},
		{"  ann ", "ann", "  " + line + "\n"},
		{"07700900009\r\nann\r\n", "ann", "07700900009\r\n" + line + "\r\n"},
		{"ann, 07700900009", "ann", line + ", 07700900009"},
		{"ann\nJoanne 07700900009", "ann", line + "\nJoanne 07700900009"},
		{"ann\nann", "ann", "ann\n" + line + "\n"},
		{"gone 07700900009", "ann", "gone 07700900009\n" + line + "\n"},
		{"", "ann", line + "\n"},
		{"x", "", "x\n" + line + "\n"},
		{"ann ann", "ann", "ann ann\n" + line + "\n"},
	} {
		if got := inPlaceOf(c.to, c.typed, line); got != c.want {
			t.Errorf("%q for %q in %q", got, c.typed, c.to)
		}
	}
}
