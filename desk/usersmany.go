package desk

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"textdesk/sheet"
)

// MaxUsersAtOnce is how many users one table may create.
const MaxUsersAtOnce = 500

// UserRow is one line of a table of users, with what would become of it or did.
type UserRow struct {
	// Line is its place in the table, from 1.
	Line int
	// Username is as typed; NewUser has it all.
	Username string
	NewUser  NewUser
	// Problems keep it from being created.
	Problems []*Refusal
	// Link is the token of the one-time link, once they are created.
	Link string
}

// UsersPlan is what creating a table of users would do.
type UsersPlan struct {
	Rows []UserRow
	// Good is how many can be created, with Credits in all.
	Good    int
	Credits int64
	// Parent is whose credits they get, with what they have.
	Parent NewUserPlan
	// Columns are how the table's columns were understood, "" for one that was
	// not.
	Columns []string
	Titles  []string
}

// userColumns are the names that a column may have, for each field.
var userColumns = []struct {
	field string
	names []string
}{
	{"username", []string{"username", "user name", "user", "login", "child username", "childusername"}},
	{"first name", []string{"first name", "firstname", "forename", "given name"}},
	{"last name", []string{"last name", "lastname", "surname", "family name"}},
	{"name", []string{"name", "full name"}},
	{"e-mail", []string{"e-mail", "email", "e-mail address", "email address", "mail"}},
	{"telephone", []string{"telephone", "phone", "tel", "mobile"}},
	{"level", []string{"level", "access level", "accesslevel", "role"}},
	{"credits", []string{"credits", "credit", "start credits"}},
	{"credit warning", []string{"credit warning", "credit reminder", "creditreminder", "warn at"}},
	{"inactivity alert", []string{"inactivity alert", "alert", "alert days"}},
	{"sender", []string{"sender", "default sender"}},
}

// PlanUsers reads a table with a line for each user, as it is copied out of a
// spreadsheet or stands in a CSV file, and says what would become of each line.
// Its first row names the columns.
func (d *Desk) PlanUsers(ctx context.Context, a Actor, table string) (UsersPlan, error) {
	if !a.Admin() {
		return UsersPlan{}, ErrForbidden
	}
	plan, err := readUsers(table)
	if err != nil {
		return UsersPlan{}, err
	}
	if plan.Parent.Parent, err = parentFor(ctx, d.store.Queries, a, NewUser{}); err != nil {
		return UsersPlan{}, err
	}
	seen := map[string]int{}
	left := plan.Parent.Parent.Balance
	for i := range plan.Rows {
		r := &plan.Rows[i]
		if len(r.Problems) == 0 {
			_, err := d.PlanUser(ctx, a, r.NewUser, true)
			if r.Problems = Refusals(err); err != nil && len(r.Problems) == 0 {
				return UsersPlan{}, err
			}
		}
		key := usernameKey(r.Username)
		if first, twice := seen[key]; twice && key != "" {
			r.Problems = append(r.Problems, ErrUsernameTaken.because("The username stands in line %d too.", first))
		}
		seen[key] = r.Line
		if len(r.Problems) == 0 && !plan.Parent.TopUp() && left < r.NewUser.Credits {
			r.Problems = append(r.Problems, ErrNoCredits.because("The credits have run out by this line: %s are left of yours.", thousands(left)).on("credits"))
		}
		if len(r.Problems) == 0 {
			plan.Good++
			plan.Credits += r.NewUser.Credits
			left -= r.NewUser.Credits
		}
	}
	plan.Parent.NewUser.Credits = plan.Credits
	return plan, nil
}

// AddUsers creates the users of a table, each for itself, as InviteUser does,
// and says what became of each line. Lines with problems are left out.
func (d *Desk) AddUsers(ctx context.Context, a Actor, table string) (UsersPlan, error) {
	plan, err := d.PlanUsers(ctx, a, table)
	if err != nil {
		return UsersPlan{}, err
	}
	plan.Good, plan.Credits = 0, 0
	for i := range plan.Rows {
		r := &plan.Rows[i]
		if len(r.Problems) > 0 {
			continue
		}
		_, link, err := d.InviteUser(ctx, a, r.NewUser)
		if r.Problems = Refusals(err); err != nil && len(r.Problems) == 0 {
			return plan, err
		}
		if err == nil {
			r.Link = link
			plan.Good++
			plan.Credits += r.NewUser.Credits
		}
	}
	return plan, nil
}

// readUsers takes the table apart.
func readUsers(table string) (UsersPlan, error) {
	if strings.TrimSpace(table) == "" {
		return UsersPlan{}, ErrNoUsersPasted
	}
	if len(table) > 1<<20 {
		return UsersPlan{}, ErrTooManyUsers
	}
	s, err := sheet.Open(strings.NewReader(table), int64(len(table)), "pasted", sheet.Options{Header: sheet.WithHeader})
	if err != nil {
		return UsersPlan{}, ErrNoUsersPasted.because("%s", fileRefusal(err).Error())
	}
	defer s.Close()
	plan := UsersPlan{Titles: s.Titles}
	at := map[string]int{}
	for i, title := range s.Titles {
		field := userField(title)
		if _, twice := at[field]; field != "" && !twice {
			at[field] = i
		} else {
			field = ""
		}
		plan.Columns = append(plan.Columns, field)
	}
	if _, there := at["username"]; !there {
		return UsersPlan{}, ErrNoUsersPasted.because("No column of the first row is called Username.")
	}
	for row, err := range s.Rows() {
		if err != nil {
			return UsersPlan{}, ErrNoUsersPasted.because("%s", fileRefusal(err).Error())
		}
		if len(row.Cells) == 0 {
			continue
		}
		if len(plan.Rows) == MaxUsersAtOnce {
			return UsersPlan{}, ErrTooManyUsers.because("Up to %d users can be created at once.", MaxUsersAtOnce)
		}
		plan.Rows = append(plan.Rows, readUserRow(row, at))
	}
	if len(plan.Rows) == 0 {
		return UsersPlan{}, ErrNoUsersPasted.because("There is no line below the names of the columns.")
	}
	return plan, nil
}

func userField(title string) string {
	title = strings.ToLower(tidy(strings.ReplaceAll(title, "_", " ")))
	for _, c := range userColumns {
		if contains(c.names, title) {
			return c.field
		}
	}
	return ""
}

func readUserRow(row sheet.Row, at map[string]int) UserRow {
	cell := func(field string) string {
		column, there := at[field]
		if !there {
			return ""
		}
		return strings.TrimSpace(row.Cell(column))
	}
	r := UserRow{Line: row.Number, Username: cell("username")}
	number := func(field string, bad *Refusal) int64 {
		typed := strings.NewReplacer(",", "", " ", "").Replace(cell(field))
		if typed == "" {
			return 0
		}
		n, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			r.Problems = append(r.Problems, bad.because("%s is no whole number.", fmt.Sprintf("%.40q", cell(field))))
		}
		return n
	}
	r.NewUser = NewUser{Username: r.Username, FirstName: cell("first name"), LastName: cell("last name"), Email: cell("e-mail"), Telephone: cell("telephone"),
		Sender: cell("sender"), Level: LevelNormal, Credits: number("credits", ErrBadCredits), CreditReminder: number("credit warning", ErrBadReminder),
		InactiveAlertDays: number("inactivity alert", ErrBadDays)}
	if name := cell("name"); name != "" && r.NewUser.FirstName == "" && r.NewUser.LastName == "" {
		r.NewUser.FirstName, r.NewUser.LastName, _ = strings.Cut(tidy(name), " ")
	}
	switch strings.ToLower(cell("level")) {
	case "", "normal", "normal user", "user":
	case "admin", "administrator":
		r.NewUser.Level = LevelAdmin
	default:
		r.Problems = append(r.Problems, ErrBadLevel)
	}
	return r
}
