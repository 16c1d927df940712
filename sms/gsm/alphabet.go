package gsm

// Alphabet is the character set a text needs (3GPP TS 23.038).
type Alphabet uint8

const (
	// GSM7 is the default alphabet with its extension table: 160 septets in a
	// single part, 153 in each of several.
	GSM7 Alphabet = iota
	// UCS2 is 16-bit: 70 units in a single part, 67 in each of several.
	UCS2
)

func (a Alphabet) String() string {
	if a == UCS2 {
		return "UCS-2"
	}
	return "GSM-7"
}
