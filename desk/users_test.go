package desk

import (
	"errors"
	"math"
	"testing"
)

// Sums of credits must stay whole numbers that the store can hold.
func TestNewUserHasNoAbsurdCredits(t *testing.T) {
	o := newOffice(t)
	for _, credits := range []int64{-1, mostCredits + 1, math.MaxInt64, math.MinInt64} {
		_, err := o.AddUser(t.Context(), CommandLine(), NewUser{Username: "sam", Password: rightPassword, Level: LevelNormal, Credits: credits})
		if !errors.Is(err, ErrBadCredits) {
			t.Errorf("%d credits: %v", credits, err)
		}
	}
	if _, err := o.AddUser(t.Context(), CommandLine(), NewUser{Username: "sam", Password: rightPassword, Level: LevelNormal, Credits: mostCredits}); err != nil {
		t.Error(err)
	}
	o.booksAreRight(t)
}
