package ui

// Width is how far a page's column may spread.
type Width string

// The widths of a page.
const (
	Normal Width = ""       // lists and most pages
	Narrow Width = "narrow" // one form, one message
	Wide   Width = "wide"   // reports, the handsets side by side
	Full   Width = "full"   // the inbox: all of the window, and its parts scroll
)

// Page is what the shell shows around every screen.
type Page struct {
	Title    string // the screen's name, for the browser's tab
	Org      string
	UserName string
	Credits  string // as words: "4,812 credits", "Unlimited"; empty shows none
	Nav      []NavItem
	AdminNav []NavItem // below a rule; empty for ordinary users
	Flash    *Notice   // what the last action did
	Width    Width

	// HasErrors puts "Error: " before the title, so that a screen reader says it first.
	HasErrors bool
	// Theme is "light", "dark" or, to follow the system, empty.
	Theme string
	// Banner stands over every page: "Simulator: texts go to no real phone."
	Banner string
	// ActingAs is the name of the user whose desk an administrator has opened,
	// and ActingBy the administrator's.
	ActingAs, ActingBy string
	// BrandPath is the style sheet with the organisation's own accent, if it has one.
	BrandPath string
	// Logo is the organisation's, nil for our mark.
	Logo *Logo
	// Where the person's name, their credits, the acting banner and signing out
	// lead; empty means /account, no link, /act-as/stop and /sign-out.
	AccountPath, CreditsPath, StopActingPath, SignOutPath string
	// Script is this screen's own, which works without it: "inbox.js".
	Script string
	// CreditsLow marks the credits as running out.
	CreditsLow bool
}

// Logo is a picture that stands for the organisation.
type Logo struct {
	Path          string
	Width, Height int  // as it is shown, in pixels
	Wide          bool // it stands in the place of the name
	Plate         bool // something shines through it: in the dark it needs a ground
}

// NavItem is one line of the navigation.
type NavItem struct {
	Path, Icon, Label string
	Badge             string // "3": unread, in doubt
	BadgeLabel        string // what the badge counts: "unread"
	ID                string // of the badge's place, where a page renews it
	Current           bool
}

func (p Page) documentTitle() string {
	t := p.Title
	if p.Org != "" {
		t += " · " + p.Org
	} else {
		t += " · Textdesk"
	}
	if p.HasErrors {
		t = "Error: " + t
	}
	return t
}

func or(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}

func initials(name string) string {
	var out []rune
	word := true
	for _, r := range name {
		if r == ' ' || r == '-' {
			word = true
			continue
		}
		if word && len(out) < 2 {
			out = append(out, r)
		}
		word = false
	}
	return string(out)
}
