package commands

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"textdesk/desk"
)

// userLimitsFlags are the switches of the page of a user's limits. What is not
// said stays as it is.
func userLimitsFlags(fs *flag.FlagSet, in *invocation) {
	set := func(change func(*desk.Permissions)) { in.opts.limits = append(in.opts.limits, change) }
	onOff := func(name, usage string, change func(*desk.Permissions, bool)) {
		fs.Func(name, usage+": on or off", func(typed string) error {
			on, err := readOnOff(typed)
			set(func(p *desk.Permissions) { change(p, on) })
			return err
		})
	}
	onOff("bulk", "may text several people at once", func(p *desk.Permissions, on bool) { p.Bulk = on })
	onOff("import", "may bring in many people at once", func(p *desk.Permissions, on bool) { p.Import = on })
	onOff("sees-others", "as an administrator, may see what others send and receive", func(p *desk.Permissions, on bool) { p.SeesOthers = on })
	fs.Func("write", "what they may write: anything, or templates", func(typed string) error {
		if typed != "anything" && typed != "templates" {
			return errors.New("say anything or templates")
		}
		set(func(p *desk.Permissions) { p.TemplatesOnly = typed == "templates" })
		return nil
	})
	fs.Func("senders", "senders they may use, with commas between them; any for no limit", func(typed string) error {
		set(func(p *desk.Permissions) {
			if p.Senders = nil; typed != "any" {
				p.Senders = strings.Split(typed, ",")
			}
		})
		return nil
	})
	fs.Func("daily-cap", "most credits in a day; 0 for no limit", func(typed string) error {
		n, err := wholeNumber(typed)
		set(func(p *desk.Permissions) { p.DailyCap = n })
		return err
	})
	fs.Func("approval", "what an administrator has to approve: rule (as for everybody), all, or sends to more than so many people", func(typed string) error {
		n, err := int64(-1), error(nil)
		switch typed {
		case "rule":
		case "all":
			n = 0
		default:
			if n, err = wholeNumber(typed); err == nil && n == 0 {
				err = errors.New("say all to have every send approved")
			}
		}
		set(func(p *desk.Permissions) { p.ApproveAbove = n })
		return err
	})
}

// userLimits changes a user's limits, or only says what they are.
func userLimits(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		if len(in.opts.limits) > 0 {
			err := d.SetPermissionsByName(ctx, desk.CommandLine(), in.args[0], func(p *desk.Permissions) {
				for _, change := range in.opts.limits {
					change(p)
				}
			})
			if err != nil {
				return err
			}
		}
		users, err := d.Users(ctx, desk.CommandLine())
		if err != nil {
			return err
		}
		for _, u := range users {
			if strings.EqualFold(u.Username, strings.TrimSpace(in.args[0])) {
				fmt.Fprintf(in.Out, "%s: %s.\n", u.Username, desk.PermissionsOf(u).Words())
				return nil
			}
		}
		return fmt.Errorf("there is no user called %s", in.args[0])
	})
}

// userChangeFlags are the fields of the page of a user's account. What is not
// said stays as it is.
func userChangeFlags(fs *flag.FlagSet, in *invocation) {
	set := func(change func(*desk.Profile)) { in.opts.profile = append(in.opts.profile, change) }
	text := func(name, usage string, change func(*desk.Profile, string)) {
		fs.Func(name, usage, func(typed string) error {
			set(func(p *desk.Profile) { change(p, typed) })
			return nil
		})
	}
	number := func(name, usage string, change func(*desk.Profile, int64)) {
		fs.Func(name, usage, func(typed string) error {
			n, err := wholeNumber(typed)
			set(func(p *desk.Profile) { change(p, n) })
			return err
		})
	}
	text("level", "admin or normal", func(p *desk.Profile, typed string) { p.Level = strings.ToLower(typed) })
	text("email", "e-mail address", func(p *desk.Profile, typed string) { p.Email = typed })
	text("first", "first name", func(p *desk.Profile, typed string) { p.FirstName = typed })
	text("last", "last name", func(p *desk.Profile, typed string) { p.LastName = typed })
	text("telephone", "telephone number", func(p *desk.Profile, typed string) { p.Telephone = typed })
	text("sender", "default sender; empty for the organisation's", func(p *desk.Profile, typed string) { p.Sender = typed })
	number("credit-reminder", "warn when so many credits or fewer are left; 0 for never", func(p *desk.Profile, n int64) { p.CreditReminder = n })
	number("alert-days", "tell their administrator after so many days without a visit; 0 for never", func(p *desk.Profile, n int64) { p.InactiveAlertDays = n })
}

func userChange(ctx context.Context, in *invocation) error {
	if len(in.opts.profile) == 0 {
		return errors.New("say what to change; textdesk user change --help lists it")
	}
	return in.withDesk(ctx, func(d *desk.Desk) error {
		return d.ChangeUserByName(ctx, desk.CommandLine(), in.args[0], func(p *desk.Profile) {
			for _, change := range in.opts.profile {
				change(p)
			}
		})
	})
}

func userRestore(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		link, err := d.RestoreByName(ctx, desk.CommandLine(), in.args[0])
		if err == nil {
			in.printLink(link)
		}
		return err
	})
}

func readOnOff(typed string) (bool, error) {
	switch strings.ToLower(typed) {
	case "on":
		return true, nil
	case "off":
		return false, nil
	}
	return false, errors.New("say on or off")
}

func wholeNumber(typed string) (int64, error) {
	n, err := strconv.ParseInt(typed, 10, 64)
	if err != nil || n < 0 {
		return 0, errors.New("say a whole number")
	}
	return n, nil
}
