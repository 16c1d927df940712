package commands

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"

	"textdesk/desk"
)

func numberFlags(fs *flag.FlagSet, in *invocation) {
	fs.StringVar(&in.opts.provider, "provider", "", "the provider whose texts come in on it")
	fs.StringVar(&in.opts.owner, "owner", "", "the user to whom texts belong that answer nothing")
	fs.StringVar(&in.opts.forwardURL, "forward-url", "", "web address that received texts are forwarded to")
	fs.StringVar(&in.opts.forwardMethod, "forward-method", "", "get or post; post unless told otherwise")
	fs.StringVar(&in.opts.forwardAuth, "forward-auth", "", "text that is passed through to the receiver; @FILE is read from a file, - from standard input")
}

func numberAdd(ctx context.Context, in *invocation) error {
	auth, err := in.value(in.opts.forwardAuth)
	if err != nil {
		return fmt.Errorf("forward-auth: %w", err)
	}
	return in.withKey(ctx, func(d *desk.Desk) error {
		if err := d.EnsureProvider(ctx); err != nil { // so that the desk has its simulator all the same
			return err
		}
		id, err := d.AddNumber(ctx, desk.CommandLine(), desk.NumberForm{Number: in.args[0], Provider: in.opts.provider, Owner: in.opts.owner,
			URL: in.opts.forwardURL, Method: in.opts.forwardMethod, Auth: auth})
		if err != nil {
			return err
		}
		n, err := d.Number(ctx, desk.CommandLine(), id)
		if err != nil || n.Refused == "" {
			return err
		}
		// Whoever has the command line has the desk: naming an address is allowing it.
		if err := d.AllowForwardHost(ctx, desk.CommandLine(), n.Refused); err != nil {
			return err
		}
		fmt.Fprintf(in.Err, "textdesk: %s is within this network, and allowed now because you named it. To take that back: textdesk number forbid %s\n", n.Refused, n.Refused)
		return nil
	})
}

func numberList(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		all, err := d.Numbers(ctx, desk.CommandLine())
		if err != nil {
			return err
		}
		set, err := d.Settings(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(in.Out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "NUMBER\tPROVIDER\tOWNER\tFORWARDED\tWAITING\tGIVEN UP")
		for _, n := range all {
			forwarded := "no"
			if n.Forwards() {
				forwarded = strings.ToUpper(n.ForwardMethod) + " " + n.URL()
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\n", n.Display(set.Country), n.Provider, n.Owner, forwarded, n.Waiting, n.GivenUp)
		}
		return w.Flush()
	})
}

func numberRemove(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		n, err := d.NumberNamed(ctx, desk.CommandLine(), in.args[0])
		if err != nil {
			return err
		}
		return d.RemoveNumber(ctx, desk.CommandLine(), n.ID)
	})
}

func numberAllow(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.AllowForwardHost(ctx, desk.CommandLine(), in.args[0]) })
}

func numberForbid(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error { return d.ForbidForwardHost(ctx, desk.CommandLine(), in.args[0]) })
}
