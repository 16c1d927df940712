package commands

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"textdesk/desk"
)

// options are the flags of the single commands.
type options struct {
	level, parent, credits, email, first, last string
	passwordStdin                              bool
	telephone, sender, note, baseURL           string
	invite                                     bool
	limits                                     []func(*desk.Permissions)
	profile                                    []func(*desk.Profile)
	reminder, alertDays                        int64
	gateway, keyName                           string

	kind      string
	set       settings
	isDefault bool

	anyway bool

	provider, owner, forwardURL, forwardMethod, forwardAuth string

	demo, dev bool
	demoSize  int
}

func userAddFlags(fs *flag.FlagSet, in *invocation) {
	fs.StringVar(&in.opts.level, "level", "normal", "admin or normal")
	fs.StringVar(&in.opts.parent, "parent", "", "the administrator they belong to; the first one otherwise")
	fs.StringVar(&in.opts.credits, "credits", "", "credits to start with, or unlimited")
	fs.StringVar(&in.opts.email, "email", "", "e-mail address")
	fs.StringVar(&in.opts.first, "first", "", "first name")
	fs.StringVar(&in.opts.last, "last", "", "last name")
	fs.StringVar(&in.opts.telephone, "telephone", "", "telephone number")
	fs.StringVar(&in.opts.sender, "sender", "", "default sender")
	fs.Int64Var(&in.opts.reminder, "credit-reminder", 0, "warn when so many credits or fewer are left")
	fs.Int64Var(&in.opts.alertDays, "alert-days", 0, "tell their administrator after so many days without a visit")
	fs.BoolVar(&in.opts.invite, "invite", false, "print a one-time link with which they choose a password, instead of reading one")
	passwordFlags(fs, in)
	linkFlags(fs, in)
}

func linkFlags(fs *flag.FlagSet, in *invocation) {
	fs.StringVar(&in.opts.baseURL, "base-url", "", "public address, to print the whole link")
}

func maintenanceFlags(fs *flag.FlagSet, in *invocation) {
	fs.StringVar(&in.opts.note, "note", "", "what staff read: \"Back at two.\"")
}

func passwordFlags(fs *flag.FlagSet, in *invocation) {
	fs.BoolVar(&in.opts.passwordStdin, "password-stdin", false, "read the password from standard input")
}

// password reads one line from standard input.
func (in *invocation) password() (string, error) {
	if !in.opts.passwordStdin {
		return "", errors.New("say --password-stdin and give the password on standard input")
	}
	line, err := bufio.NewReader(io.LimitReader(in.In, 1<<16)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func userAdd(ctx context.Context, in *invocation) error {
	u := desk.NewUser{Username: in.args[0], Level: strings.ToLower(in.opts.level), Parent: in.opts.parent, FirstName: in.opts.first, LastName: in.opts.last,
		Email: in.opts.email, Telephone: in.opts.telephone, Sender: in.opts.sender, CreditReminder: in.opts.reminder, InactiveAlertDays: in.opts.alertDays}
	var err error
	if !in.opts.invite {
		if u.Password, err = in.password(); err != nil {
			return err
		}
	}
	switch in.opts.credits {
	case "":
	case "unlimited":
		u.Unlimited = true
	default:
		if u.Credits, err = strconv.ParseInt(in.opts.credits, 10, 64); err != nil {
			return desk.ErrBadCredits
		}
	}
	return in.withDesk(ctx, func(d *desk.Desk) error {
		first, err := d.Empty(ctx)
		if err != nil {
			return err
		}
		if first && u.Level != desk.LevelAdmin {
			return errors.New("the first user has to be an administrator: say --level admin")
		}
		if first && u.Level == desk.LevelAdmin && in.opts.credits == "" {
			u.Unlimited = true
		}
		if !in.opts.invite {
			_, err = d.AddUser(ctx, desk.CommandLine(), u)
			return err
		}
		_, link, err := d.InviteUser(ctx, desk.CommandLine(), u)
		if err == nil {
			in.printLink(link)
		}
		return err
	})
}

// printLink prints where a one-time link leads.
func (in *invocation) printLink(token string) {
	fmt.Fprintln(in.Out, strings.TrimRight(in.opts.baseURL, "/")+"/join/"+token)
}

func userLink(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		link, err := d.NewLinkByName(ctx, desk.CommandLine(), in.args[0])
		if err == nil {
			in.printLink(link)
		}
		return err
	})
}

func userUnlimited(ctx context.Context, in *invocation) error {
	on := strings.EqualFold(in.args[1], "on")
	if !on && !strings.EqualFold(in.args[1], "off") {
		return errors.New("say on or off")
	}
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.SetUnlimited(ctx, desk.CommandLine(), in.args[0], on) })
}

func userMove(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		return d.MoveUserByName(ctx, desk.CommandLine(), in.args[0], in.args[1])
	})
}

func userArchive(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.ArchiveByName(ctx, desk.CommandLine(), in.args[0]) })
}

func userSecondFactorOff(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.ResetSecondFactor(ctx, desk.CommandLine(), in.args[0]) })
}

func maintenanceOn(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.SetMaintenance(ctx, desk.CommandLine(), true, in.opts.note) })
}

func maintenanceOff(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.SetMaintenance(ctx, desk.CommandLine(), false, "") })
}

func userToken(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		token, err := d.NewKeyFor(ctx, desk.CommandLine(), in.args[0])
		if err == nil {
			fmt.Fprintln(in.Out, token)
		}
		return err
	})
}

func userKeyFlags(fs *flag.FlagSet, in *invocation) {
	fs.StringVar(&in.opts.gateway, "gateway", desk.GatewayBulkSMS, "whose status values and references it speaks: bulksms or clickatell")
	fs.StringVar(&in.opts.keyName, "name", "", "what will use it")
}

func userKey(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		key, err := d.NewServiceKeyFor(ctx, desk.CommandLine(), in.args[0], in.opts.keyName, strings.ToLower(in.opts.gateway))
		if err == nil {
			fmt.Fprintln(in.Out, key)
		}
		return err
	})
}

func userSuspend(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.Suspend(ctx, desk.CommandLine(), in.args[0]) })
}

func userResume(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.Resume(ctx, desk.CommandLine(), in.args[0]) })
}

func userPassword(ctx context.Context, in *invocation) error {
	password, err := in.password()
	if err != nil {
		return err
	}
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.ResetPassword(ctx, desk.CommandLine(), in.args[0], password) })
}

// userCredits moves credits as AddUser does: from and to the user's own
// administrator; whoever has none is topped up.
func userCredits(ctx context.Context, in *invocation) error {
	credits, err := strconv.ParseInt(strings.TrimPrefix(in.args[1], "+"), 10, 64)
	if err != nil {
		return errors.New("say a whole number of credits: 50, or -50 to take them back")
	}
	return in.withDesk(ctx, func(d *desk.Desk) error {
		if err := d.MoveCreditsByName(ctx, desk.CommandLine(), in.args[0], credits); err != nil {
			return err
		}
		users, err := d.Users(ctx, desk.CommandLine())
		for _, u := range users {
			if strings.EqualFold(u.Username, in.args[0]) {
				fmt.Fprintf(in.Out, "%s has %d credits.\n", u.Username, u.Balance)
			}
		}
		return err
	})
}

func userCap(ctx context.Context, in *invocation) error {
	credits, err := strconv.ParseInt(in.args[1], 10, 64)
	if err != nil {
		return desk.ErrBadCap
	}
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.SetDailyCap(ctx, desk.CommandLine(), in.args[0], credits) })
}

func userList(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		users, err := d.Users(ctx, desk.CommandLine())
		if err != nil {
			return err
		}
		names := map[int64]string{}
		for _, u := range users {
			names[u.ID] = u.Username
		}
		w := tabwriter.NewWriter(in.Out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tLEVEL\tPARENT\tCREDITS\tSTATE")
		for _, u := range users {
			credits, state := strconv.FormatInt(u.Balance, 10), desk.StateOf(u)
			if u.Unlimited {
				credits = "unlimited"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", u.Username, u.Level, names[int64(u.ParentID)], credits, state)
		}
		return w.Flush()
	})
}
