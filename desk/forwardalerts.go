package desk

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/forward"
	"textdesk/mail"
	"textdesk/sms"
)

const (
	// failingFor is for how long a text must have been tried before somebody is
	// told: a web page that starts again for a minute is nobody's business.
	failingFor = time.Hour
	// tellNumberEvery is how often somebody is told of a number at the most.
	tellNumberEvery = 24 * time.Hour
)

// forwardAlerts are the numbers whose texts a web page does not take, and of
// which nobody was told within a day. A number that has given up nothing since,
// and at which nothing waits, is not told of again.
func (d *Desk) forwardAlerts(ctx context.Context, users map[int64]db.User) ([]Alert, error) {
	numbers, err := d.store.Numbers(ctx)
	if err != nil {
		return nil, fmt.Errorf("read numbers: %w", err)
	}
	var due []Alert
	now := d.now()
	for _, n := range numbers {
		rested := now >= n.ToldAt.Add(tellNumberEvery) || now < n.ToldAt // the clock was put back
		if n.ForwardURL == "" || !bool(n.Tells) || !rested {
			continue
		}
		al := Alert{Kind: AlertForwards, Number: n, To: whoLooksAfter(n, users), looked: now}
		is, err := d.notTaken(ctx, &al)
		if err != nil {
			return nil, err
		}
		if is {
			due = append(due, al)
		}
	}
	return due, nil
}

// notTaken fills in how much a web page has not taken, and reports whether that
// is to be told.
func (d *Desk) notTaken(ctx context.Context, al *Alert) (bool, error) {
	failing, err := d.store.Failing(ctx, db.FailingParams{NumberID: al.Number.ID, Most: mostForwards})
	if err != nil {
		return false, fmt.Errorf("count forwards: %w", err)
	}
	given, err := d.store.GivenUpSince(ctx, db.GivenUpSinceParams{NumberID: al.Number.ID, ToldAt: al.Number.ToldAt, Most: mostForwards})
	if err != nil {
		return false, fmt.Errorf("count forwards: %w", err)
	}
	since := db.Millis(failing.BeganAt)
	if given.Texts == 0 && (failing.Texts == 0 || since > al.looked.Add(-failingFor)) {
		return false, nil
	}
	last := d.store.LastFailing
	if failing.Texts == 0 {
		last = d.store.LastGivenUp
	}
	if given.Texts > 0 && (since == 0 || db.Millis(given.BeganAt) < since) {
		since = db.Millis(given.BeganAt)
	}
	al.Failing, al.GivenUp, al.Since = failing.Texts, given.Texts, since.Time()
	id, err := last(ctx, al.Number.ID)
	if db.IsNotFound(err) {
		return true, nil // it was taken this moment
	}
	if err != nil {
		return false, fmt.Errorf("look for forward: %w", err)
	}
	try, err := d.store.LastAttempt(ctx, id)
	if err != nil && !db.IsNotFound(err) {
		return false, fmt.Errorf("read last attempt: %w", err)
	}
	al.Problem = try.Problem
	return true, nil
}

// whoLooksAfter are those who should know of trouble with a number: its owner,
// and the next administrator above them who can put it right. A number of
// nobody's is for those who are above everybody. Nobody without an e-mail
// address, or who is kept out, is among them.
func whoLooksAfter(n db.Number, users map[int64]db.User) []db.User {
	var to []db.User
	reached := func(u db.User) bool { return u.Email != "" && keptOut(u) == nil }
	if n.UserID == 0 {
		for _, u := range users {
			if u.ParentID == 0 && u.Level == LevelAdmin && reached(u) {
				to = append(to, u)
			}
		}
		slices.SortFunc(to, func(a, b db.User) int { return int(a.ID - b.ID) })
		return to
	}
	owner := users[int64(n.UserID)]
	if reached(owner) {
		to = append(to, owner)
	}
	for u, above := owner, 0; u.ID != 0 && above <= len(users); u, above = users[int64(u.ParentID)], above+1 {
		if u.Level != LevelAdmin || !reached(u) {
			continue
		}
		if u.ID != owner.ID {
			to = append(to, u)
		}
		break
	}
	return to
}

// WhoIsTold returns the names of those who get an e-mail when a number's texts
// are not taken. mail says whether there is a server for e-mails at all. For
// administrators who look after the number's owner.
func (d *Desk) WhoIsTold(ctx context.Context, a Actor, number int64) (names []string, mail bool, err error) {
	n, err := d.numberSeen(ctx, a, number)
	if err != nil {
		return nil, false, err
	}
	if mail, err = d.hasMailServer(ctx); err != nil {
		return nil, false, err
	}
	rows, err := d.store.UserList(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("read users: %w", err)
	}
	users := map[int64]db.User{}
	for _, u := range rows {
		users[u.ID] = u
	}
	for _, u := range whoLooksAfter(n, users) {
		names = append(names, Actor{User: u}.Name())
	}
	return names, mail, nil
}

// forwardWords are the e-mail about a number. It has no text, nobody's number but
// the desk's own, and of the address only the host: the rest may have secrets.
func (al Alert) forwardWords(to db.User, set Settings, base *url.URL) mail.Message {
	number := sms.Sender{Address: al.Number.Address, TON: al.Number.TON}.Display(set.Country)
	host := ShownHost(forward.Host(al.Number.ForwardURL))
	m := mail.Message{To: to.Email, Subject: fmt.Sprintf("%s does not take the texts to %s", host, number)}
	var said []string
	if al.GivenUp > 0 {
		said = append(said, fmt.Sprintf("%s to %s given up, because %s did not take %s within a day.", asMany(al.GivenUp, "text", "texts"), number+wasWere(al.GivenUp), host, itThem(al.GivenUp)))
	}
	if al.Failing > 0 && al.GivenUp > 0 {
		said = append(said, fmt.Sprintf("%s being tried, and given up after a day.", asMany(al.Failing, "more is still", "more are still")))
	} else if al.Failing > 0 {
		said = append(said, fmt.Sprintf("%s to %s not taken by %s so far. They are tried again for a day, and then given up.", asMany(al.Failing, "text", "texts"), number+wasWere(al.Failing), host))
	}
	said = append(said, fmt.Sprintf("The first try that failed was on %s.", al.Since.In(set.Zone).Format("Monday 2 January 2006 at 15:04")))
	if al.Problem != "" {
		said = append(said, "The last one said: "+al.Problem)
	}
	m.Text = strings.Join(said, "\n") + "\n\nNothing is lost: the texts stand in the inbox and in the number's log, with what was answered to every try. "
	if to.Level == LevelAdmin {
		m.Text += "What was given up can be sent again there.\n"
	} else {
		m.Text += "An administrator can send again what was given up.\n"
	}
	m.Text += "\n" + set.name()
	if base != nil {
		path := "/inbox"
		if to.Level == LevelAdmin {
			path = "/numbers/" + fmt.Sprint(al.Number.ID)
		}
		m.Text += "\n" + strings.TrimRight(base.String(), "/") + path
	}
	m.Text += "\n"
	return m
}

// asMany is a number as far as forwards are counted, with what it counts.
func asMany(n int64, one, many string) string {
	if n >= mostForwards {
		return thousands(n) + " or more " + many
	}
	return plural(int(n), one, many)
}

func wasWere(n int64) string {
	if n == 1 {
		return " was"
	}
	return " were"
}

func itThem(n int64) string {
	if n == 1 {
		return "it"
	}
	return "them"
}
