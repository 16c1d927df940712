package views

import (
	"strings"
	"testing"
)

// A search that did not look at every text with the words says so, and leads on.
func TestSearchSaysHowFarItLooked(t *testing.T) {
	for name, c := range map[string]struct {
		in           Inbox
		wants, lacks string
	}{
		"all":      {Inbox{Query: "thanks"}, "Nobody and nothing was found", "Look at older texts"},
		"stopped":  {Inbox{Query: "thanks", Since: "3 March 2025", GoOn: "/inbox?q=thanks&before=7.1"}, "only those since 3 March 2025 were looked at", "Nobody and nothing"},
		"the rest": {Inbox{Query: "thanks", Further: true}, "Nothing was found there", "Look at older texts"},
	} {
		var page strings.Builder
		if err := inboxList(c.in).Render(t.Context(), &page); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(page.String(), c.wants) || strings.Contains(page.String(), c.lacks) {
			t.Errorf("%s: want %q and not %q in\n%s", name, c.wants, c.lacks, page.String())
		}
	}
}
