package db

import (
	"strings"
	"testing"
)

// Every page of the inbox comes from an index, and only the merged page is
// sorted, however many conversations there are.
func TestPlansOfTheInbox(t *testing.T) {
	s := open(t)
	all, some := Viewer{}, Viewer{Users: []int64{1, 2}, Self: 1}
	for name, c := range map[string]struct {
		filter ConversationFilter
		uses   string
	}{
		"all":               {ConversationFilter{Viewer: all}, "conversations_state "},
		"all, older":        {ConversationFilter{Viewer: all, Before: ConversationPlace{5, 7}}, "conversations_state "},
		"all, newer":        {ConversationFilter{Viewer: all, After: ConversationPlace{5, 7}}, "conversations_state "},
		"two users'":        {ConversationFilter{Viewer: some}, "conversations_user "},
		"two users', older": {ConversationFilter{Viewer: some, Before: ConversationPlace{5, 7}}, "conversations_user "},
		"unassigned":        {ConversationFilter{Viewer: some, States: []int64{Unassigned}}, "conversations_user "},
		"mine":              {ConversationFilter{Viewer: some, States: []int64{Assigned}, Assignee: 1}, "conversations_assignee "},
		"opt-outs":          {ConversationFilter{Viewer: all, Suppressed: true}, "conversations_suppressed"},
	} {
		c.filter.Limit = 31
		query, args := c.filter.query()
		whole, bad := plan(t, s, query, args...)
		for _, b := range bad {
			if !strings.Contains(b, "TEMP B-TREE FOR ORDER BY") && !strings.HasPrefix(b, "SCAN c USING") {
				t.Errorf("%s: %s\n%s\n%s", name, b, whole, query)
			}
		}
		if strings.Count(whole, "TEMP B-TREE FOR ORDER BY") > 1 || !strings.Contains(whole, c.uses) {
			t.Errorf("%s is not merged from pages of %s:\n%s\n%s", name, c.uses, whole, query)
		}
	}
	whole, bad := plan(t, s, inboundOfConversation, 1, 2, 3)
	if len(bad) > 0 || !strings.Contains(whole, "inbound_conversation ") {
		t.Errorf("a thread: %q\n%s", bad, whole)
	}
}
