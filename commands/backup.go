package commands

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"textdesk/db"
	"textdesk/desk"
)

// keyWarning is what whoever makes a backup must know.
const keyWarning = "The secret key is NOT in it. Keep a copy of %s apart from the backups: without it nobody can read the providers' credentials in them.\n"

// backup makes a verified copy of the database beside a desk at work: in the file
// that is named, or in the directory of backups.
func backup(ctx context.Context, in *invocation) error {
	// Whoever breaks it off leaves no half of a file behind.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	return in.withDesk(ctx, func(d *desk.Desk) error {
		var b desk.Backup
		var err error
		if len(in.args) > 0 {
			b, err = d.BackupTo(ctx, desk.CommandLine(), in.args[0])
		} else {
			b, err = d.MakeBackup(ctx, desk.CommandLine())
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(in.Out, "%s holds the whole desk as of now, and was read through.\n"+keyWarning, b.Path, in.keyPlace())
		return nil
	})
}

// keyPlace names where the secret key is.
func (in *invocation) keyPlace() string {
	if in.config.secretKey != "" {
		return "TEXTDESK_SECRET_KEY"
	}
	return filepath.Join(in.config.data, desk.KeyFile)
}

func restoreFlags(fs *flag.FlagSet, in *invocation) {
	fs.BoolVar(&in.opts.anyway, "anyway", false, "restore a backup whose books are not right, or whose credentials this key does not open")
}

// restore puts a backup in the place of the database.
func restore(ctx context.Context, in *invocation) error {
	return in.putBack(ctx, in.args[0], func(dir string) error {
		o, err := in.config.openIn(ctx, dir) // brings the copy up to this version
		if err != nil {
			return err
		}
		defer o.close()
		problems, err := o.desk.CheckBooks(ctx)
		if err != nil {
			return err
		}
		for _, p := range problems {
			fmt.Fprintln(in.Err, p)
		}
		if len(problems) > 0 && !in.opts.anyway {
			return errors.New("the books of this backup are not right, see above; --anyway restores it all the same")
		}
		if err := o.desk.CheckKey(ctx); err != nil && !in.opts.anyway {
			return fmt.Errorf("%w; --anyway restores it without the providers' credentials", err)
		}
		return nil
	})
}

// rollback puts back the copy that was made before the last upgrade, for the
// version that ran then.
func rollback(ctx context.Context, in *invocation) error {
	from, err := db.Snapshot(in.config.data)
	if err != nil {
		return err
	}
	if from == "" {
		return errors.New("there is no copy from before an upgrade in " + filepath.Join(in.config.data, db.BackupDir))
	}
	if err := in.putBack(ctx, from, func(string) error { return nil }); err != nil {
		return err
	}
	fmt.Fprintln(in.Out, "What was sent and received since is not in it. Now start the version of Textdesk that ran before the upgrade; this one would upgrade it again.")
	return nil
}

// putBack restores a copy, after check has looked at it.
func (in *invocation) putBack(ctx context.Context, from string, check func(dir string) error) (err error) {
	if in.config.database != "" {
		return errors.New("this version keeps its store in SQLite only; leave --database and TEXTDESK_DATABASE empty")
	}
	if _, err := os.Stat(from); err != nil { // before a directory is made for it
		return fmt.Errorf("the backup cannot be read: %w", err)
	}
	if err := os.MkdirAll(in.config.data, 0o700); err != nil {
		return fmt.Errorf("the data directory cannot be made: %w", err)
	}
	unlock, err := db.Lock(in.config.data)
	if errors.Is(err, db.ErrLocked) {
		return errors.New("stop the desk first: it is running on this data directory")
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	replaced, err := db.Restore(ctx, in.config.data, from, db.At(time.Now()), check)
	if err != nil {
		return err
	}
	fmt.Fprintf(in.Out, "Restored from %s.\n", from)
	if replaced != "" {
		fmt.Fprintf(in.Out, "The database that was there is in %s.\n", replaced)
	}
	fmt.Fprintln(in.Out, "Sending is held: an administrator lets it go on the System page, which says what is due.")
	return nil
}

// newKey has the desk take the present secret key for its own, and says what that
// leaves to be done.
func newKey(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		lost, err := d.AdoptKey(ctx, desk.CommandLine())
		if err != nil {
			return err
		}
		if lost.Changed {
			fmt.Fprintln(in.Out, "The desk uses this secret key from now on. Everybody has to sign in again, and numbers of people who were erased are not recognised any more: whoever must not be texted has to be added to the suppressions anew.")
		} else {
			fmt.Fprintln(in.Out, "This secret key is the desk's own already.")
		}
		for _, name := range lost.Providers {
			fmt.Fprintf(in.Out, "The credentials of the provider %s cannot be read with it: give them again with textdesk provider change %s --set …\n", name, name)
		}
		for _, name := range lost.Users {
			fmt.Fprintf(in.Out, "The second factor of %s opens nothing any more: take it away with textdesk user second-factor-off %s\n", name, name)
		}
		if lost.Mail {
			fmt.Fprintln(in.Out, "The mail server cannot be read with it: enter it again under Settings, E-mail.")
		}
		for _, number := range lost.Numbers {
			fmt.Fprintf(in.Out, "The auth text of the number %s cannot be read with it: enter it again under Numbers.\n", number)
		}
		if lost.Erasures > 0 {
			fmt.Fprintf(in.Out, "Erasures that were under way and cannot go on: %d. Erase these people again, under Settings, One person.\n", lost.Erasures)
		}
		return nil
	})
}
