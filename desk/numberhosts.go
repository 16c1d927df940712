package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"textdesk/db"
	"textdesk/forward"
)

// keyForwardHosts are the hosts within the organisation's own network that texts
// may be forwarded to, one a line.
const keyForwardHosts = "forward_hosts"

// maxForwardHosts is how many hosts may be allowed.
const maxForwardHosts = 100

// MayAllowHosts reports whether the actor decides which hosts within the network
// texts may be forwarded to: the administrators of all.
func (d *Desk) MayAllowHosts(ctx context.Context, a Actor) (bool, error) {
	if !a.Admin() {
		return false, nil
	}
	below, err := d.below(ctx, a)
	return err == nil && below == nil, err
}

// ForwardHosts lists the hosts within the network that texts may be forwarded
// to. For administrators.
func (d *Desk) ForwardHosts(ctx context.Context, a Actor) ([]string, error) {
	if !a.Admin() {
		return nil, ErrForbidden
	}
	return d.allowedHosts(ctx, d.store.Queries)
}

func (d *Desk) allowedHosts(ctx context.Context, q *db.Queries) (forward.Allowed, error) {
	rows, err := q.Settings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	for _, row := range rows {
		if row.Key == keyForwardHosts {
			return strings.Fields(row.Value), nil
		}
	}
	return nil, nil
}

// AllowForwardHost lets texts be forwarded to a host that is this machine or
// within the organisation's network: "intranet.example", "10.0.0.7:8080". What
// waits is tried again at once. For the administrators of all.
func (d *Desk) AllowForwardHost(ctx context.Context, a Actor, typed string) error {
	host, err := forward.ReadHost(typed)
	if err != nil {
		if ok, err := d.MayAllowHosts(ctx, a); err != nil || !ok {
			return orForbidden(err)
		}
		return ErrBadHost.because("%s.", upperFirst(err.Error()))
	}
	err = d.changeHosts(ctx, a, "number.allow_host", host, func(hosts []string) ([]string, error) {
		if contains(hosts, host) {
			return hosts, nil
		}
		if len(hosts) >= maxForwardHosts {
			return nil, ErrBadHost.because("No more than %d hosts can be allowed.", maxForwardHosts)
		}
		return append(hosts, host), nil
	})
	if err != nil {
		return err
	}
	rows, err := d.store.Numbers(ctx)
	if err != nil {
		return fmt.Errorf("read numbers: %w", err)
	}
	for _, row := range rows {
		if err := d.bringForward(ctx, row.ID, 0); err != nil {
			return err
		}
	}
	return nil
}

// ForbidForwardHost takes that back. For the administrators of all.
func (d *Desk) ForbidForwardHost(ctx context.Context, a Actor, host string) error {
	return d.changeHosts(ctx, a, "number.forbid_host", host, func(hosts []string) ([]string, error) {
		i := slices.Index(hosts, host)
		if i < 0 {
			return nil, ErrBadHost.because("%s is not among the hosts that are allowed.", host)
		}
		return slices.Delete(hosts, i, i+1), nil
	})
}

func (d *Desk) changeHosts(ctx context.Context, a Actor, action, host string, change func([]string) ([]string, error)) error {
	if ok, err := d.MayAllowHosts(ctx, a); err != nil || !ok {
		return orForbidden(err)
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		hosts, err := d.allowedHosts(ctx, tx.Queries)
		if err != nil {
			return err
		}
		if hosts, err = change(hosts); err != nil {
			return err
		}
		if err := tx.SetSetting(ctx, db.SetSettingParams{Key: keyForwardHosts, Value: strings.Join(hosts, "\n")}); err != nil {
			return fmt.Errorf("save hosts: %w", err)
		}
		return d.audit(ctx, tx, a, action, host, "")
	})
}

// orForbidden is err, or that the actor may not.
func orForbidden(err error) error {
	if err != nil {
		return err
	}
	return ErrForbidden
}
