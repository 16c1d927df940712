package desk

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"textdesk/sms"
)

// Who comes again in a send is told as a map would, whatever the numbers are and
// past the room that was asked for.
func TestSeenNumbers(t *testing.T) {
	for name, next := range map[string]func(i int) int{
		"in a row":  func(i int) int { return 447700900000 + i },
		"at random": func(int) int { return 10_000_000 + rand.IntN(30_000) },
		"far apart": func(i int) int { return (i + 1) << 32 },
		"repeated":  func(i int) int { return 447700900000 + i%7 },
	} {
		set, seen := newSeenNumbers(100), map[sms.MSISDN]bool{}
		for i := range 20_000 {
			number := sms.MSISDN(fmt.Sprintf("+%d", next(i)))
			if again := set.again(number); again != seen[number] {
				t.Fatalf("%s: %s was there before: %v", name, string(number), again)
			}
			seen[number] = true
		}
		if set.n != len(seen) {
			t.Errorf("%s: %d of %d", name, set.n, len(seen))
		}
	}
}
