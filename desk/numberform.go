package desk

import (
	"context"
	"fmt"
	"strings"

	"textdesk/db"
	"textdesk/forward"
	"textdesk/sms"
)

// How a number's texts are forwarded; "" is not at all.
const (
	ForwardGet  = "get"
	ForwardPost = "post"
)

// NumberForm is a number that texts come in on, as typed.
type NumberForm struct {
	// Number is the number itself. It does not change later.
	Number string
	// Provider is the name of the provider whose texts come in on it.
	Provider string
	// Owner is the username of whom texts belong to that answer nothing, "" for
	// nobody, which only the administrators of all may say.
	Owner string
	// URL is where received texts are forwarded to, "" for nowhere; Method is
	// ForwardGet or ForwardPost, "" for the latter.
	URL, Method string
	// Auth is passed through to the receiver. "" keeps what is stored, and
	// NoAuth removes it.
	Auth   string
	NoAuth bool
	// Silent: nobody is told by e-mail when its texts are not taken.
	Silent bool
	// List is the distribution list that supplemental data comes from, 0 for none.
	List int64
}

const (
	maxForwardURL  = 2000
	maxForwardAuth = 255
)

// NumberChoices are what a number's form offers.
type NumberChoices struct {
	Providers []string
	// Owners are the users whom the actor looks after.
	Owners []db.User
	// Lists are those that the actor may see, by their owners.
	Lists []db.ListOf
	// Nobody: the number need not have an owner.
	Nobody bool
}

// listsOffered is how many lists a form offers.
const listsOffered = 500

// NumberChoices returns what the actor may choose for a number. For
// administrators.
func (d *Desk) NumberChoices(ctx context.Context, a Actor) (c NumberChoices, err error) {
	rows, err := d.Providers(ctx, a)
	if err != nil {
		return c, err
	}
	for _, p := range rows {
		c.Providers = append(c.Providers, p.Name)
	}
	if c.Nobody, err = d.MayAllowHosts(ctx, a); err != nil {
		return c, err
	}
	users, err := d.Users(ctx, a)
	if err != nil {
		return c, err
	}
	for _, u := range users {
		if StateOf(u) != UserArchived {
			c.Owners = append(c.Owners, u)
		}
	}
	reach, err := d.reach(ctx, a)
	if err != nil {
		return c, err
	}
	c.Lists, err = d.store.ListsOf(ctx, reach, listsOffered)
	return c, err
}

// readNumber checks a form and makes the row of it, without the number itself and
// the auth text. was is the number that is to change.
func (d *Desk) readNumber(ctx context.Context, a Actor, f NumberForm, was db.Number) (row db.Number, bad []*Refusal, err error) {
	name := strings.TrimSpace(f.Provider)
	p, err := d.providerNamed(ctx, name)
	switch {
	case name == "":
		bad = append(bad, ErrNumberProvider)
	case len(Refusals(err)) > 0:
		bad = append(bad, Refusals(err)[0].on("provider"))
	case err != nil:
		return row, nil, err
	}
	row.ProviderID, row.Tells = p.ID, db.Bool(!f.Silent)
	owner, r, err := d.readOwner(ctx, a, strings.TrimSpace(f.Owner))
	if err != nil {
		return row, nil, err
	}
	if r != nil {
		bad = append(bad, r)
	}
	row.UserID = db.ID(owner)
	method := strings.ToLower(strings.TrimSpace(f.Method))
	if strings.TrimSpace(f.URL) == "" {
		if method != "" && method != ForwardGet && method != ForwardPost {
			bad = append(bad, ErrBadMethod)
		} else if f.Auth != "" {
			bad = append(bad, ErrBadForward.because("Say where to forward to, or leave the auth text out."))
		}
		return row, bad, nil
	}
	u, err := forward.ReadURL(f.URL)
	if err != nil {
		bad = append(bad, ErrBadForward.because("%s.", upperFirst(err.Error())))
	} else if row.ForwardURL = u.String(); len(row.ForwardURL) > maxForwardURL {
		bad = append(bad, tooLong("forward_url", row.ForwardURL, maxForwardURL))
	}
	switch method {
	case "", ForwardPost:
		row.ForwardMethod = ForwardPost
	case ForwardGet:
		row.ForwardMethod = ForwardGet
	default:
		bad = append(bad, ErrBadMethod)
	}
	if r := tooLong("forward_auth", f.Auth, maxForwardAuth); r != nil {
		bad = append(bad, r)
	}
	if was.ForwardAuth != "" && f.Auth == "" && !f.NoAuth && row.ForwardURL != "" && forward.Origin(row.ForwardURL) != forward.Origin(was.ForwardURL) {
		bad = append(bad, ErrAuthAgain)
	}
	if f.List != 0 && db.ID(f.List) != was.ListID { // the one that is there was chosen by somebody who might
		if _, err := d.List(ctx, a, f.List); len(Refusals(err)) > 0 {
			bad = append(bad, ErrUnknownList.on("list"))
		} else if err != nil {
			return row, nil, err
		}
	}
	row.ListID = db.ID(f.List)
	return row, bad, nil
}

// readOwner finds the user whom texts are to belong to.
func (d *Desk) readOwner(ctx context.Context, a Actor, username string) (int64, *Refusal, error) {
	below, err := d.below(ctx, a)
	if err != nil {
		return 0, nil, err
	}
	if username == "" {
		if below != nil {
			return 0, ErrNumberOwner, nil
		}
		return 0, nil, nil
	}
	u, err := d.store.UserByName(ctx, usernameKey(username))
	if db.IsNotFound(err) || err == nil && below != nil && !contains(below, u.ID) {
		return 0, ErrUnknownUser.because("There is no user called %s.", username).on("owner"), nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("look for owner: %w", err)
	}
	return u.ID, nil, nil
}

// numberName is what the audit log calls a number.
func numberName(address string, ton sms.TON) string {
	if ton == sms.TONInternational {
		return "+" + address
	}
	return address
}

func authAt(id int64) string { return fmt.Sprintf("numbers:%d:auth", id) }

// keepAuth seals the auth text, which has its place in the store only when the
// number has.
func (d *Desk) keepAuth(ctx context.Context, tx *db.Tx, id int64, url string, f NumberForm) error {
	sealed := ""
	switch {
	case url != "" && f.Auth != "":
		sealed = d.vault.seal(authAt(id), f.Auth)
	case url != "" && !f.NoAuth:
		return nil // the one that is stored
	}
	if err := tx.SetNumberAuth(ctx, db.SetNumberAuthParams{ID: id, ForwardAuth: sealed}); err != nil {
		return fmt.Errorf("keep auth text: %w", err)
	}
	return nil
}

// numberWords says for the audit log how a number is set up. Addresses may have
// secrets in them, so only the host is told.
func numberWords(row db.Number, f NumberForm) string {
	words := "provider " + strings.TrimSpace(f.Provider)
	if owner := strings.TrimSpace(f.Owner); owner != "" {
		words += ", owner " + owner
	}
	if row.ForwardURL == "" {
		return words + ", not forwarded"
	}
	words += ", forwarded with " + strings.ToUpper(row.ForwardMethod) + " to " + forward.Host(row.ForwardURL)
	if f.Silent {
		words += ", nobody told of trouble"
	}
	return words
}
