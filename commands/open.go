package commands

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strings"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/providers/all"
)

// opened is the desk of a data directory.
type opened struct {
	desk  *desk.Desk
	vault *desk.Vault
	store *db.Store
}

// open opens the data directory, and makes it on first use. Several processes
// may have it open; only one may serve (db.Lock).
func (c *Config) open(ctx context.Context) (*opened, error) {
	if c.database != "" {
		return nil, errors.New("this version keeps its store in SQLite only; leave --database and TEXTDESK_DATABASE empty")
	}
	if err := os.MkdirAll(c.data, 0o700); err != nil {
		return nil, fmt.Errorf("the data directory cannot be made: %w", err)
	}
	return c.openIn(ctx, c.data)
}

// openIn opens the database in a directory with the key of the data directory.
func (c *Config) openIn(ctx context.Context, dir string) (*opened, error) {
	vault, err := desk.OpenVault(c.data, c.secretKey)
	if err != nil {
		return nil, err
	}
	store, err := db.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	return &opened{desk: desk.New(desk.Options{Store: store, Vault: vault, Types: all.Types(), Backups: c.backups}), vault: vault, store: store}, nil
}

// nothingYet reports whether the data directory has never had a desk, as one that
// was mistyped: a check of an empty one would find it right, and a backup be made
// of nothing. What a desk has left behind is for db.Open to name.
func (c *Config) nothingYet() bool {
	_, err := os.Stat(c.data)
	if err == nil {
		err = db.Begun(c.data)
	}
	return errors.Is(err, fs.ErrNotExist)
}

// explain says of an error that is about who may use the data directory what is
// to be done; any other comes back as it is.
func (c *Config) explain(err error) error {
	if !db.IsNoAccess(err, c.data) {
		return err
	}
	who := "the user who runs this"
	if u, userErr := user.Current(); userErr == nil {
		who = u.Username
	}
	return fmt.Errorf("the data directory %s has to be readable and writable for %s: %w", c.data, who, err)
}

func (o *opened) close() error { return o.store.Close() }

// withDesk runs a command's work on an open desk.
func (in *invocation) withDesk(ctx context.Context, work func(d *desk.Desk) error) (err error) {
	if !in.begins && in.config.nothingYet() {
		return fmt.Errorf("there is no desk in %s; name its data directory with --data or TEXTDESK_DATA", in.config.data)
	}
	o, err := in.config.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	return plain(work(o.desk))
}

// withKey is withDesk for what is sealed with the secret key, or opened: with
// another key than the desk's, nobody could read it afterwards.
func (in *invocation) withKey(ctx context.Context, work func(d *desk.Desk) error) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		if err := d.EnsureKey(ctx); err != nil {
			return err
		}
		return work(d)
	})
}

// plain makes one sentence of refusals, in a shell's terms.
func plain(err error) error {
	refusals := desk.Refusals(err)
	if len(refusals) == 0 {
		return err
	}
	var sentences []string
	for _, r := range refusals {
		sentence := r.Sentence
		if errors.Is(r, desk.ErrProviderSettings) && r.Field != "" {
			sentence += " Say --set " + r.Field + "=…"
		}
		sentences = append(sentences, sentence)
	}
	return errors.New(strings.Join(sentences, " "))
}

// migrate brings the database up to date; opening it does.
func migrate(ctx context.Context, in *invocation) error {
	o, err := in.config.open(ctx)
	if err != nil {
		return err
	}
	v, err := o.store.Version(ctx)
	if err != nil {
		return errors.Join(err, o.close())
	}
	fmt.Fprintf(in.Out, "The database is at version %d.\n", v)
	return o.close()
}
