package db

import (
	"context"
	"fmt"
	"testing"

	"textdesk/sms"
)

// A search looks through so many texts at a time, says where it stopped, and finds
// on from there what is older, nothing twice and nothing never.
func TestSearchOfTextsGoesOn(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	step, steps := wordsStep, wordsSteps
	wordsStep, wordsSteps = 10, 2
	t.Cleanup(func() { wordsStep, wordsSteps = step, steps })
	var mine, theirs int64
	err := s.Write(ctx, func(ctx context.Context, tx *Tx) error {
		provider, err := tx.InsertProvider(ctx, InsertProviderParams{Name: "Simulator", Kind: "simulator", Settings: "{}", Rate: 1, Concurrency: 1, GroupSize: 1})
		if err != nil {
			return err
		}
		users := map[string]int64{}
		for _, name := range []string{"ann", "bob"} {
			if users[name], err = tx.InsertUser(ctx, InsertUserParams{Username: name, UsernameKey: name, Level: "normal"}); err != nil {
				return err
			}
		}
		mine, theirs = users["ann"], users["bob"]
		talks := map[string]Conversation{}
		for _, name := range []string{"ann", "bob", "ann again"} {
			owner := users[name]
			if owner == 0 {
				owner = mine
			}
			talks[name], err = tx.InsertConversation(ctx, InsertConversationParams{Number: sms.MSISDN("+4477009000" + fmt.Sprint(10+len(talks))), Own: "447700900999", UserID: ID(owner), ProviderID: provider, LastAt: Millis(len(talks))})
			if err != nil {
				return err
			}
		}
		// Of a hundred texts the first is ann's and the thirtieth, all others bob's.
		for i := 1; i <= 100; i++ {
			c := talks["bob"]
			switch i {
			case 1:
				c = talks["ann"]
			case 30:
				c = talks["ann again"]
			}
			id, err := tx.InsertInbound(ctx, InsertInboundParams{ProviderID: provider, ProviderRef: fmt.Sprint(i), Number: c.Number, Destination: "447700900999", UserID: c.UserID, Body: "thanks", ReceivedAt: Millis(i), Day: 20260601, ConversationID: ID(c.ID)})
			if err != nil {
				return err
			}
			if err := tx.InsertInboundWords(ctx, id, "thanks"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	search := func(user int64, words string, before SearchPlace) Found {
		t.Helper()
		found, err := s.SearchConversations(ctx, ConversationSearch{Viewer: Viewer{Users: []int64{user}, Self: user}, Words: words, Before: before, Limit: 3})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	var seen []string
	at, rounds := SearchPlace{}, 0
	for ; rounds < 20; rounds++ {
		found := search(mine, "thanks", at)
		for _, c := range found.Conversations {
			seen = append(seen, string(c.Number))
		}
		if found.Since == 0 {
			break
		}
		if want := Millis(81 - 20*rounds); found.Since != want {
			t.Errorf("round %d says that it has looked back to %d, want %d", rounds, found.Since, want)
		}
		at = found.Stopped
	}
	if got := fmt.Sprint(seen); got != "[+447700900012 +447700900010]" || rounds != 4 {
		t.Errorf("found %s in %d rounds", got, rounds+1)
	}
	if found := search(mine, "zeppelin", SearchPlace{}); found.Since != 0 || len(found.Conversations) != 0 {
		t.Errorf("words that nobody wrote: %+v", found)
	}
	if found := search(theirs, "thanks", SearchPlace{}); len(found.Conversations) != 1 || found.Since == 0 {
		t.Errorf("somebody with one conversation finds %+v", found)
	}
}
