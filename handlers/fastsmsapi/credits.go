package fastsmsapi

import (
	"context"
	"strconv"
)

// unlimited is what a user without a limit is told. The page knows no word for
// them; scripts compare the number with what they are about to send, and this
// is more than any desk sends in a user's life.
const unlimited = "999999999.00"

// checkCredits answers the balance, always with two decimals: a bare 0 is taken
// for a failed connection by a client.
func checkCredits(_ context.Context, c *call) (answer, error) {
	if c.actor.User.Unlimited {
		return answer{line: unlimited}, nil
	}
	return answer{line: strconv.FormatInt(c.actor.User.Balance, 10) + ".00"}, nil
}
