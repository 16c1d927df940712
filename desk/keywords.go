package desk

import (
	"context"
	"fmt"
	"strings"

	"textdesk/db"
	"textdesk/sms"
)

// What becomes of whoever sends a keyword, beside the answer.
const (
	DeedNone  = ""
	DeedJoin  = "join"  // into a group, as a new contact where they are none
	DeedLeave = "leave" // out of it
)

// mostKeywords is how many there can be.
const mostKeywords = 500

// Keyword is what texts with a keyword get.
type Keyword struct {
	db.KeywordReply
	// Group is the group's name, "" where there is none; Gone: it was deleted.
	Group string
	Gone  bool
	// Provider is the name of the provider that it is limited to.
	Provider string
	// By is who changed it last, "" for the command line.
	By string
}

// KeywordForm is one as typed.
type KeywordForm struct {
	Words  string
	Begins bool
	// To is the number or name of ours that it is for, "" for all, and Provider
	// the provider.
	To       string
	Provider int64
	Body     string
	Deed     string
	Group    int64
	On       bool
}

// Keywords returns all keywords, the oldest first. For administrators.
func (d *Desk) Keywords(ctx context.Context, a Actor) ([]Keyword, error) {
	if !a.Admin() {
		return nil, ErrForbidden
	}
	rows, err := d.store.KeywordReplies(ctx)
	if err != nil {
		return nil, fmt.Errorf("read keywords: %w", err)
	}
	names, err := d.usernamesOfAll(ctx)
	if err != nil {
		return nil, err
	}
	providers, err := d.ProviderRows(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Keyword, len(rows))
	for i, row := range rows {
		k := Keyword{KeywordReply: row, By: names[row.ChangedBy]}
		for _, p := range providers {
			if p.ID == int64(row.ProviderID) {
				k.Provider = p.Name
			}
		}
		if row.GroupID != 0 {
			g, err := d.store.Group(ctx, row.GroupID)
			if err != nil && !db.IsNotFound(err) {
				return nil, fmt.Errorf("read group: %w", err)
			}
			k.Group, k.Gone = g.Name, err != nil
		}
		all[i] = k
	}
	return all, nil
}

// Keyword returns one of them. For administrators.
func (d *Desk) Keyword(ctx context.Context, a Actor, id int64) (Keyword, error) {
	all, err := d.Keywords(ctx, a)
	if err != nil {
		return Keyword{}, err
	}
	for _, k := range all {
		if k.ID == id {
			return k, nil
		}
	}
	return Keyword{}, ErrUnknownKeyword
}

// SaveKeyword stores a keyword; id 0 is a new one. A group must be one that the
// actor reaches. For administrators.
func (d *Desk) SaveKeyword(ctx context.Context, a Actor, id int64, f KeywordForm) (int64, error) {
	if !a.Admin() {
		return 0, ErrForbidden
	}
	row, words, err := d.readKeyword(ctx, a, f)
	if err != nil {
		return 0, err
	}
	saved := id
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		saved = id
		all, err := tx.KeywordReplies(ctx)
		if err != nil {
			return fmt.Errorf("read keywords: %w", err)
		}
		if err := d.freeWords(ctx, tx, id, row, words); err != nil {
			return err
		}
		switch {
		case id == 0 && len(all) >= mostKeywords:
			return ErrKeywordsFull
		case id == 0:
			saved, err = tx.InsertKeywordReply(ctx, db.InsertKeywordReplyParams{Words: row.Words, Begins: row.Begins, Destination: row.Destination, ProviderID: row.ProviderID,
				Body: row.Body, Deed: row.Deed, GroupID: row.GroupID, IsOn: row.IsOn, ChangedBy: db.ID(a.User.ID), ChangedAt: d.now()})
		default:
			var n int64
			n, err = tx.ChangeKeywordReply(ctx, db.ChangeKeywordReplyParams{ID: id, Words: row.Words, Begins: row.Begins, Destination: row.Destination, ProviderID: row.ProviderID,
				Body: row.Body, Deed: row.Deed, GroupID: row.GroupID, IsOn: row.IsOn, ChangedBy: db.ID(a.User.ID), ChangedAt: d.now()})
			if err == nil && n == 0 {
				return ErrUnknownKeyword
			}
		}
		if err != nil {
			return fmt.Errorf("save keyword: %w", err)
		}
		if err := tx.DeleteKeywordWords(ctx, saved); err != nil {
			return fmt.Errorf("save keyword: %w", err)
		}
		for key := range words {
			if err := tx.InsertKeywordWord(ctx, db.InsertKeywordWordParams{Word: key, KeywordID: saved}); err != nil {
				return fmt.Errorf("save keyword: %w", err)
			}
		}
		return d.audit(ctx, tx, a, "keyword.save", row.Words, "")
	})
	return saved, err
}

// readKeyword reads the form; words are those that it is found by.
func (d *Desk) readKeyword(ctx context.Context, a Actor, f KeywordForm) (row db.KeywordReply, words map[string]string, err error) {
	set, err := d.Settings(ctx)
	if err != nil {
		return row, nil, err
	}
	typed, bad := readWords(ReadWords(f.Words), "words")
	p := d.replies(set)
	for _, w := range typed {
		switch key := sms.WordKey(w); {
		case p.outKeys[key] != "":
			bad = append(bad, ErrWordTaken.because("%s is an opt-out word. It does that and nothing else.", w))
		case p.inKeys[key] != "":
			bad = append(bad, ErrWordTaken.because("%s brings texts back. It does that and nothing else.", w))
		}
	}
	if len(typed) == 0 && len(bad) == 0 {
		bad = append(bad, ErrBadWord.because("Enter at least one word."))
	}
	row = db.KeywordReply{Words: strings.Join(typed, ", "), Begins: db.Bool(f.Begins), Deed: f.Deed, ProviderID: db.ID(f.Provider), IsOn: db.Bool(f.On)}
	var r *Refusal
	if row.Body, r = readReply(f.Body, "body", true); r != nil {
		bad = append(bad, r)
	}
	if strings.TrimSpace(f.To) != "" {
		s, r := parseSender(f.To, set.Country)
		if r != nil {
			bad = append(bad, r.on("to"))
		}
		row.Destination = s.Address
	}
	switch f.Deed {
	case DeedNone:
		if row.Body == "" && r == nil {
			bad = append(bad, ErrNoDeed)
		}
	case DeedJoin, DeedLeave:
		g, err := d.Group(ctx, a, f.Group)
		if rs := Refusals(err); len(rs) > 0 {
			bad = append(bad, ErrUnknownGroup.because("Choose a group.").on("group"))
		} else if err != nil {
			return row, nil, err
		}
		row.GroupID = g.ID
	default:
		bad = append(bad, ErrNoDeed.on("deed"))
	}
	if f.Provider != 0 {
		if p, err := d.store.Provider(ctx, f.Provider); err != nil || p.RemovedAt > 0 {
			bad = append(bad, ErrUnknownProvider.on("provider"))
		}
	}
	return row, keysOf(typed), refused(bad)
}

// freeWords refuses a word that another keyword has for the same number and
// provider: nobody could tell which answers.
func (d *Desk) freeWords(ctx context.Context, tx *db.Tx, id int64, row db.KeywordReply, words map[string]string) error {
	for key, word := range words {
		others, err := tx.KeywordsWithWord(ctx, key)
		if err != nil {
			return fmt.Errorf("look for keyword: %w", err)
		}
		for _, o := range others {
			if o.ID != id && strings.EqualFold(o.Destination, row.Destination) && o.ProviderID == row.ProviderID {
				return ErrWordTaken.because("%s is a keyword already, with %s.", word, o.Words)
			}
		}
	}
	return nil
}

// DeleteKeyword takes a keyword away. For administrators.
func (d *Desk) DeleteKeyword(ctx context.Context, a Actor, id int64) error {
	if !a.Admin() {
		return ErrForbidden
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row, err := tx.KeywordReply(ctx, id)
		if err := found("keyword", err, ErrUnknownKeyword); err != nil {
			return err
		}
		if err := tx.DeleteKeywordWords(ctx, id); err != nil {
			return fmt.Errorf("delete keyword: %w", err)
		}
		if err := tx.ForgetKeywordReply(ctx, db.ID(id)); err != nil {
			return fmt.Errorf("delete keyword: %w", err)
		}
		if _, err := tx.DeleteKeywordReply(ctx, id); err != nil {
			return fmt.Errorf("delete keyword: %w", err)
		}
		return d.audit(ctx, tx, a, "keyword.delete", row.Words, "")
	})
}

// keywordDeed puts whoever sent a keyword into its group, or takes them out.
// With a group that is gone nothing happens.
func (d *Desk) keywordDeed(ctx context.Context, tx *db.Tx, h heard, k db.KeywordReply) error {
	if k.Deed == DeedNone {
		return nil
	}
	row, err := tx.Group(ctx, k.GroupID)
	if db.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read group: %w", err)
	}
	g, desk := db.Named{ID: row.ID, UserID: row.UserID, Name: row.Name, Key: row.NameKey}, Actor{Door: DoorAutomatic}
	if k.Deed == DeedLeave {
		c, err := tx.ContactByNumber(ctx, db.ContactByNumberParams{UserID: g.UserID, Number: h.From})
		if db.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("look for contact: %w", err)
		}
		_, err = d.leave(ctx, tx, desk, g, []int64{c.ID})
		return err
	}
	id, err := d.contactFor(ctx, tx, desk, g.UserID, h)
	if err != nil {
		return err
	}
	joined, err := d.join(ctx, tx, desk, g, []int64{id})
	if err != nil || joined == 0 {
		return err
	}
	return d.noteConsent(ctx, tx, consentGiven{userID: g.UserID, number: h.From, source: ConsentReply,
		wording: "Sent " + strings.ToUpper(k.Words) + " to join " + g.Name, at: h.sentAt})
}

// contactFor is the contact with a text's number, a new one where there is none.
func (d *Desk) contactFor(ctx context.Context, tx *db.Tx, a Actor, userID int64, h heard) (int64, error) {
	c, err := tx.ContactByNumber(ctx, db.ContactByNumberParams{UserID: userID, Number: h.From})
	if err == nil {
		return c.ID, nil
	}
	if !db.IsNotFound(err) {
		return 0, fmt.Errorf("look for contact: %w", err)
	}
	name := h.From.Display(h.set.Country)
	made := []db.Contact{{UserID: userID, Name: name, NameKey: bookKey(name), Number: h.From, CreatedAt: d.now(), ChangedAt: d.now()}}
	if err := tx.InsertContacts(ctx, made, nil); err != nil {
		return 0, err
	}
	return made[0].ID, d.record(ctx, tx, a, userID, made[0].ID, ChangeAdded, nil)
}
