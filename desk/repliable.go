package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"textdesk/db"
	"textdesk/sms"
)

// numberFor is the number from which a user's text leaves so that its answers come
// in: one that the user receives on, else, where no default can be answered, one
// that belongs to nobody. "" for none. Only numbers of the provider that texts go
// to count: another would not know them.
func (d *Desk) numberFor(ctx context.Context, a Actor, set Settings) (string, error) {
	provider, err := d.store.DefaultProvider(ctx)
	if db.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read provider: %w", err)
	}
	rows, err := d.store.Numbers(ctx)
	if err != nil {
		return "", fmt.Errorf("read numbers: %w", err)
	}
	may := permissionsOf(a.User)
	shared := ""
	for _, row := range rows {
		typed := row.Address
		if row.TON == sms.TONInternational {
			typed = "+" + typed
		}
		if _, listed := may.Listed(typed, set.Country); !listed || row.ProviderID != provider.ID {
			continue
		}
		if row.UserID != 0 && int64(row.UserID) == a.User.ID {
			return typed, nil
		}
		if row.UserID == 0 && shared == "" {
			shared = typed
		}
	}
	if len(may.answerable(a.User.Sender, set)) > 0 {
		return "", nil
	}
	return shared, nil
}

// answerable are the defaults that people can reply to, the best first: of a user
// who may use some senders only, those of them.
func (p Permissions) answerable(own string, set Settings) []string {
	all := append([]string{own}, p.Senders...)
	if len(p.Senders) == 0 {
		all = append(all, set.Sender)
	}
	return slices.DeleteFunc(all, func(typed string) bool {
		sender, r := parseSender(strings.TrimSpace(typed), set.Country)
		return r != nil || !sender.CanReply()
	})
}
