package commands

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"textdesk/desk"
	"textdesk/providers"
)

// settings gathers --set key=value.
type settings []string

func (s *settings) String() string { return "" }

// Set implements flag.Value.
func (s *settings) Set(pair string) error {
	if key, _, ok := strings.Cut(pair, "="); !ok || key == "" {
		return fmt.Errorf("say key=value, not %q", pair)
	}
	*s = append(*s, pair)
	return nil
}

func providerAddFlags(fs *flag.FlagSet, in *invocation) {
	fs.StringVar(&in.opts.kind, "kind", "", "kind of provider: fastsms, feedzon, twilio or simulator")
	providerSetFlags(fs, in)
	fs.BoolVar(&in.opts.isDefault, "default", false, "route messages to it from now on")
}

func providerSetFlags(fs *flag.FlagSet, in *invocation) {
	fs.Var(&in.opts.set, "set", "a setting, `key=value`; the value @FILE is read from a file, - from standard input. rate is messages a second, concurrency requests in flight, group_size recipients in one call")
}

// newProvider reads the settings, of which three are the desk's own.
func (in *invocation) newProvider() (desk.NewProvider, error) {
	n := desk.NewProvider{Name: in.args[0], Kind: in.opts.kind, Settings: providers.Settings{}, Default: in.opts.isDefault}
	for _, pair := range in.opts.set {
		key, value, _ := strings.Cut(pair, "=")
		value, err := in.value(value)
		if err != nil {
			return n, fmt.Errorf("setting %s: %w", key, err)
		}
		switch key {
		case "rate":
			rate, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return n, fmt.Errorf("rate is messages a second, not %q", value)
			}
			n.Rate = &rate
		case "concurrency":
			if n.Concurrency, err = strconv.Atoi(value); err != nil || n.Concurrency < 1 {
				return n, fmt.Errorf("concurrency is requests in flight, not %q", value)
			}
		case "group_size":
			if n.GroupSize, err = strconv.Atoi(value); err != nil || n.GroupSize < 1 {
				return n, fmt.Errorf("group_size is recipients in one call, not %q", value)
			}
		default:
			n.Settings[key] = value
		}
	}
	return n, nil
}

// value reads a setting that stands elsewhere, so that secrets stay out of the
// shell's history.
func (in *invocation) value(text string) (string, error) {
	var raw []byte
	var err error
	switch {
	case text == "-":
		raw, err = io.ReadAll(io.LimitReader(in.In, 1<<16))
	case strings.HasPrefix(text, "@"):
		raw, err = os.ReadFile(text[1:])
	default:
		return text, nil
	}
	return strings.TrimSpace(string(raw)), err
}

func providerAdd(ctx context.Context, in *invocation) error {
	n, err := in.newProvider()
	if err != nil {
		return err
	}
	return in.withKey(ctx, func(d *desk.Desk) error {
		if err := d.EnsureProvider(ctx); err != nil { // so that the desk has its simulator all the same
			return err
		}
		_, err := d.AddProvider(ctx, desk.CommandLine(), n)
		return err
	})
}

func providerChange(ctx context.Context, in *invocation) error {
	n, err := in.newProvider()
	if err != nil {
		return err
	}
	if len(in.opts.set) == 0 {
		return errors.New("say what to change, with --set key=value")
	}
	return in.withKey(ctx, func(d *desk.Desk) error {
		return d.ChangeProvider(ctx, desk.CommandLine(), n.Name, desk.ProviderChange{Settings: n.Settings, Rate: n.Rate, Concurrency: n.Concurrency, GroupSize: n.GroupSize})
	})
}

func providerList(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		rows, err := d.Providers(ctx, desk.CommandLine())
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(in.Out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tKIND\tDEFAULT\tRATE\tCONCURRENCY\tSTATE")
		for _, p := range rows {
			isDefault, rate, state := "", "unlimited", "not used yet"
			if p.IsDefault {
				isDefault = "yes"
			}
			if p.Rate > 0 {
				rate = strconv.FormatFloat(p.Rate, 'f', -1, 64) + "/s"
			}
			if p.PausedAt > 0 {
				state = "paused"
			} else if p.ErrorAt > p.OkAt {
				state = p.ErrorText
			} else if p.OkAt > 0 {
				state = "answered " + p.OkAt.Time().Format(time.DateTime) + " UTC"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", p.Name, p.Kind, isDefault, rate, p.Concurrency, state)
		}
		return w.Flush()
	})
}

func providerTest(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		learned, err := d.TestProvider(ctx, desk.CommandLine(), in.args[0])
		if err == nil {
			fmt.Fprintf(in.Out, "%s answers: %s.\n", in.args[0], learned)
		}
		return err
	})
}

func providerDefault(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.SetDefaultProvider(ctx, desk.CommandLine(), in.args[0]) })
}

func providerRemove(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.RemoveProvider(ctx, desk.CommandLine(), in.args[0]) })
}

func providerPause(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.PauseProvider(ctx, desk.CommandLine(), in.args[0]) })
}

func providerResume(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.ResumeProvider(ctx, desk.CommandLine(), in.args[0]) })
}
