package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/sms"
)

// What the desk does with a text that comes in.
const (
	VerdictNothing = ""        // it stands in the inbox, for a person
	VerdictOptOut  = "opt_out" // the number is not texted any more
	VerdictOptIn   = "opt_in"  // it is again, if a text had kept it from that
	VerdictAsks    = "asks"    // a person has to look whether it asks for no more texts
	VerdictKeyword = "keyword"
	VerdictAway    = "hours" // nobody is there
)

// Verdict is what the desk does with a text, and why.
type Verdict struct {
	Kind string
	// Word is the opt-out, opt-in or keyword that it is, as it is written in the
	// list.
	Word string
	// Keyword is the row of it.
	Keyword db.KeywordReply
	// Text is what is answered, "" for nothing.
	Text string
	// Open: somebody is in the office then. Holiday is why not, where it is not
	// for the hours; OpensAt is when somebody is there again.
	Open    bool
	Holiday string
	OpensAt time.Time
}

// said is a text about which there is to be a verdict.
type said struct {
	body, to   string
	providerID int64
	at         time.Time
}

// verdict decides about a text. An opt-out word comes before everything, then an
// opt-in word, then what is a keyword and nothing else. What looks as if it asked
// for no more texts gets no answer but a person's.
func (d *Desk) verdict(ctx context.Context, q *db.Queries, p *parsedReplies, set Settings, s said) (Verdict, error) {
	var v Verdict
	at := s.at.In(set.Zone)
	if v.Open, v.Holiday = p.replies.openAt(at); !v.Open {
		v.OpensAt = p.replies.opensNext(at)
	}
	key := sms.WordKey(s.body)
	if v.Word = p.outKeys[key]; v.Word != "" {
		v.Kind, v.Text = VerdictOptOut, p.replies.confirmation(set)
		return v, nil
	}
	if v.Word = p.inKeys[key]; v.Word != "" {
		v.Kind, v.Text = VerdictOptIn, p.replies.welcome(set)
		return v, nil
	}
	match, word, whole, err := d.keywordFor(ctx, q, set, s, key)
	if err != nil {
		return v, err
	}
	switch {
	case match.ID != 0 && whole:
	case sms.LooksLikeOptOut(s.body, p.keys):
		v.Kind = VerdictAsks
		return v, nil
	case match.ID == 0 && !v.Open && p.replies.Away:
		v.Kind, v.Text = VerdictAway, p.replies.AwayText
		return v, nil
	case match.ID == 0:
		return v, nil
	}
	v.Kind, v.Word, v.Keyword, v.Text = VerdictKeyword, word, match, match.Body
	return v, nil
}

// keywordFor finds what answers a text: rather what is all of it than how it
// begins, rather for the number that it was sent to than for all, rather the
// longer word, and then the oldest.
func (d *Desk) keywordFor(ctx context.Context, q *db.Queries, set Settings, s said, key string) (best db.KeywordReply, word string, whole bool, err error) {
	first, second, third := sms.FirstWords(s.body)
	if key == "" && first == "" {
		return best, "", false, nil
	}
	found, err := q.KeywordsMatching(ctx, db.KeywordsMatchingParams{Whole: orNone(key), First: orNone(first), Second: orNone(second), Third: orNone(third)})
	if err != nil {
		return best, "", false, fmt.Errorf("look for keyword: %w", err)
	}
	to := s.to
	if sender, err := sms.ParseSender(s.to, set.Country); err == nil {
		to = sender.Address
	}
	rank := -1
	for _, r := range found {
		if r.Destination != "" && !strings.EqualFold(r.Destination, to) || r.ProviderID != 0 && int64(r.ProviderID) != s.providerID {
			continue
		}
		for _, w := range ReadWords(r.Words) {
			k, points := sms.WordKey(w), 0
			switch {
			case k == "":
				continue
			case k == key:
				points = 10_000
			case !bool(r.Begins) || k != first && k != second && k != third:
				continue
			}
			points += len(k)
			if r.Destination != "" {
				points += 2_000
			}
			if r.ProviderID != 0 {
				points += 1_000
			}
			if points > rank {
				best, word, whole, rank = r, w, k == key, points
			}
		}
	}
	return best, word, whole, nil
}

// orNone is a key that no word has where there is none.
func orNone(key string) string {
	if key == "" {
		return "-"
	}
	return key
}

// TryReply says what the desk would do with a text that comes to one of its
// numbers, "" for any, at an instant. Nothing is done. For administrators.
func (d *Desk) TryReply(ctx context.Context, a Actor, body, to string, at time.Time) (Verdict, error) {
	if !a.Admin() {
		return Verdict{}, ErrForbidden
	}
	if strings.TrimSpace(body) == "" {
		return Verdict{}, ErrBlankBody.because("Write a text to try.").on("text")
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return Verdict{}, err
	}
	provider, err := d.store.DefaultProvider(ctx)
	if err != nil && !db.IsNotFound(err) {
		return Verdict{}, fmt.Errorf("read provider: %w", err)
	}
	return d.verdict(ctx, d.store.Queries, d.replies(set), set, said{body: body, to: to, providerID: provider.ID, at: at})
}
