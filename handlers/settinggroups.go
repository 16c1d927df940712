package handlers

import (
	"fmt"
	"strings"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
)

// settingGroups is everything that an administrator decides, how it is set now,
// and where it is changed.
func (v *visit) settingGroups() ([]views.SettingGroup, error) {
	ctx, set := v.Request().Context(), v.set
	server, problem, err := v.s.Desk.MailServer(ctx, v.actor)
	if err != nil {
		return nil, err
	}
	kept, err := v.s.Desk.Retentions(ctx, v.actor)
	if err != nil {
		return nil, err
	}
	backups, err := v.s.Desk.Backups(v.actor)
	if err != nil {
		return nil, err
	}
	replies, err := v.s.Desk.Replies(ctx, v.actor)
	if err != nil {
		return nil, err
	}
	about, err := v.s.Desk.About(v.actor)
	if err != nil {
		return nil, err
	}
	organisation := views.SettingRow{Name: "Organisation", Value: set.Organisation, More: sms.CountryName(set.Country) + ", " + set.Zone.String() + " time", Path: "/settings/organisation"}
	if set.Organisation == "" {
		organisation.Value, organisation.Attention = "Not set yet", true
	}
	sender := views.SettingRow{Name: "Default sender", Value: orElse(set.Sender, "None"), More: "For those who have no sender of their own.", Path: "/settings/organisation"}
	mail := views.SettingRow{Name: "E-mail server", Value: orElse(server.Host, "None"), More: "The desk sends no e-mails.", Path: "/settings/mail"}
	if server.Set() {
		mail.More = "E-mails come from " + server.From + "."
	}
	if problem != "" {
		mail.Value, mail.Attention = "The last e-mail was not taken", true
	}
	backup := views.SettingRow{Name: "Backups", Value: fmt.Sprintf("Every day at %s, the last %d are kept", clock(set.Backups.At), set.Backups.Keep), More: "None was made yet.", Path: "/system", Action: "Open"}
	if set.Backups.Off {
		backup.Value = "Only when you ask for one"
	}
	if len(backups) > 0 {
		backup.More = views.Plural(len(backups), "backup is", "backups are") + " there. The secret key is in none of them."
	}
	if !set.Backup.FailedAt.IsZero() {
		backup.Value, backup.Attention = "The last backup failed", true
	}
	maintenance := views.SettingRow{Name: "Maintenance", Value: "Open to everybody", Path: "/settings/sign-in"}
	if set.Maintenance.On {
		maintenance.Value, maintenance.Attention = "Closed to all but administrators", true
	}
	return []views.SettingGroup{
		{Title: "Organisation", Rows: []views.SettingRow{organisation, {Name: "Colour and logo", Value: brandWords(set.Branding), Path: "/settings/branding"}, sender}},
		{Title: "Sending", Rows: []views.SettingRow{
			{Name: "Time to undo", Value: undoWords(int(set.Undo.Seconds())), Path: "/settings/organisation"},
			{Name: "Quiet hours", Value: quietWords(set.Quiet), More: "For texts to several people.", Path: "/settings/quiet-hours"},
			{Name: "Spend guard", Value: countryWords(set.Guard, set.Country), More: capWords(set.Guard), Path: "/settings/guard"},
			{Name: "Numbers not to text", Value: "The suppression list", Path: "/suppressions", Action: "Open"},
			{Name: "Providers", Value: "Who carries the texts, and how fast", Path: "/providers", Action: "Open"},
		}},
		{Title: "Texts that come in", Rows: []views.SettingRow{
			{Name: "Numbers", Value: "The numbers you receive on, and where their texts go", Path: "/numbers", Action: "Open"},
			{Name: "Opt-outs and automatic replies", Value: replyWords(replies), More: "Opt-out words, keywords, office hours, and a box to try a text.", Path: "/replies", Action: "Open"},
		}},
		{Title: "People", Rows: []views.SettingRow{
			{Name: "Users and credits", Value: "Who may sign in, and what they may do", Path: "/users", Action: "Open"},
			{Name: "Second factor", Value: factorWords(set.SecondFactor), Path: "/settings/sign-in"},
			maintenance,
			mail,
			{Name: "Programs", Value: "Tokens, and how to call the desk", Path: "/developers", Action: "Open"},
			{Name: "How programs come in", Value: programWords(set.PasswordCalls), Path: "/settings/sign-in"},
		}},
		{Title: "What is kept", Rows: []views.SettingRow{
			{Name: "How long", Value: keptWords(kept), Path: "/settings/retention"},
			{Name: "One person", Value: "All about a number, to hand out or erase", Path: "/privacy", Action: "Open"},
			backup,
			{Name: "Audit log", Value: "Who did what, when and from where", Path: "/audit", Action: "Open"},
		}},
		{Title: "About", Rows: []views.SettingRow{
			{Name: "Version", Value: "Textdesk " + v.s.Version, Path: "/system", Action: "System"},
			{Name: "Database", Value: views.Size(about.Bytes)},
			{Name: "Data directory", Value: about.Directory, More: "Back up all of it: the database and secret.key, without which stored credentials cannot be read."},
		}},
	}, nil
}

// replyWords is what is answered by itself, in a few words.
func replyWords(r desk.Replies) string {
	confirms, away := "Whoever opts out is told so", "nothing is said out of hours"
	if r.NoConfirm {
		confirms = "Whoever opts out is told nothing"
	}
	if r.Away {
		away = "texts out of hours are answered"
	}
	return confirms + "; " + away
}

func brandWords(b desk.Branding) string {
	colour, logo := "the colour as it comes", "no logo"
	if b.Accent != "" {
		colour = "your colour, " + b.Accent
	}
	if b.Logo != "" {
		logo = "your logo"
	}
	return strings.ToUpper(colour[:1]) + colour[1:] + "; " + logo
}

func undoWords(seconds int) string {
	if seconds == 0 {
		return "None: a send leaves at once"
	}
	return views.Plural(seconds, "second", "seconds")
}

func quietWords(q desk.QuietHours) string {
	if q.Off || q.From == q.Until {
		return "None"
	}
	return "From " + clock(q.From) + " to " + clock(q.Until)
}

func countryWords(g desk.Guard, home string) string {
	switch {
	case g.AllCountries:
		return "All countries"
	case len(g.Countries) == 0:
		return "Only " + sms.CountryInSentence(home)
	}
	return sms.CountryName(home) + " and " + views.Plural(len(g.Countries), "other country", "other countries")
}

func capWords(g desk.Guard) string {
	var all []string
	if g.PerNumber > 0 {
		all = append(all, views.Plural(g.PerNumber, "text", "texts")+" to a number in a day")
	}
	if g.SureAbove > 0 {
		all = append(all, "asks above "+views.Count(g.SureAbove)+" people")
	}
	if g.ApproveAbove > 0 {
		all = append(all, "approval above "+views.Count(g.ApproveAbove)+" people")
	}
	if len(all) == 0 {
		return "No limits."
	}
	text := strings.Join(all, "; ") + "."
	return strings.ToUpper(text[:1]) + text[1:]
}

func factorWords(who string) string {
	if who == desk.SecondAdmins {
		return "Every administrator has to have one"
	}
	return "Whoever wants one"
}

func programWords(passwords bool) string {
	if passwords {
		return "With a token, or with a username and password"
	}
	return "With a token"
}

func keptWords(kept []desk.Retention) string {
	n := 0
	for _, k := range kept {
		if k.Days > 0 {
			n++
		}
	}
	if n == 0 {
		return "Everything for ever"
	}
	return fmt.Sprintf("%d of %d kinds of things are cleared after a time", n, len(kept))
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
