package desk

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"textdesk/providers"
	"textdesk/sms"
)

func TestServiceKeys(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	kim := o.user(t, "kim", LevelNormal, o.admin.User.ID, 10)
	form := regexp.MustCompile(`^[A-Za-z0-9]{32}$`)
	seen := map[string]bool{}
	for _, gateway := range []string{GatewayBulkSMS, GatewayClickatell} {
		key, err := o.NewServiceKey(ctx, sam, "Booking "+gateway, gateway)
		must(t, err)
		if !form.MatchString(key) || seen[key] {
			t.Errorf("the key is %q", key)
		}
		seen[key] = true
		s, err := o.ScriptByToken(ctx, key, "feedzon", "")
		if err != nil || s.User.ID != sam.User.ID || s.Gateway != gateway || s.Rate == 0 {
			t.Errorf("the key opens to %+v, %v", s, err)
		}
		for _, door := range []string{"fastsms", "metrics", ""} {
			if s, err := o.ScriptByToken(ctx, key, door, ""); !errors.Is(err, ErrBadToken) || s.KeyID != 0 {
				t.Errorf("a service key at the door %q: %v", door, err)
			}
		}
		if rows, err := o.store.APIKeys(ctx, sam.User.ID); err != nil || strings.Contains(rows[len(rows)-1].Hash, key) {
			t.Errorf("the store has %+v, %v", rows, err)
		}
	}
	token, err := o.NewKey(ctx, sam, "Booking bulksms") // of another kind, so the name is free
	must(t, err)
	if _, err := o.ScriptByToken(ctx, token, "feedzon", ""); !errors.Is(err, ErrBadToken) {
		t.Errorf("a token at the door of keys: %v", err)
	}
	for _, bad := range []struct {
		name, gateway string
		want          error
	}{{"booking BULKSMS", GatewayBulkSMS, ErrKeyName}, {"", GatewayBulkSMS, ErrKeyName}, {"New", "", ErrBadGateway}, {"New", "acme", ErrBadGateway}, {strings.Repeat("n", 81), GatewayBulkSMS, ErrTooLong}} {
		if _, err := o.NewServiceKey(ctx, sam, bad.name, bad.gateway); !errors.Is(err, bad.want) {
			t.Errorf("%q for %q: %v, want %v", bad.name, bad.gateway, err, bad.want)
		}
	}
	keys, err := o.ServiceKeys(ctx, sam)
	if err != nil || len(keys) != 2 {
		t.Fatalf("sam has %v, %v", keys, err)
	}
	if tokens, err := o.Keys(ctx, sam); err != nil || len(tokens) != 1 || tokens[0].Gateway != "" {
		t.Errorf("sam's tokens are %v, %v", tokens, err)
	}

	// Disabled by its owner or by an administrator above, and enabled again.
	key, err := o.NewServiceKeyFor(ctx, CommandLine(), "sam", "Legacy", GatewayBulkSMS)
	must(t, err)
	id := mustScript(t, o, key).KeyID
	if err := o.DisableKey(ctx, kim, id); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("kim disables sam's key: %v", err)
	}
	for _, a := range []Actor{sam, o.admin} {
		must(t, o.DisableKey(ctx, a, id))
		must(t, o.DisableKey(ctx, a, id)) // twice is once
		if s, err := o.ScriptByToken(ctx, key, "feedzon", ""); !errors.Is(err, ErrKeyDisabled) || s.KeyID != id {
			t.Errorf("a disabled key opens to %+v, %v", s, err)
		}
		must(t, o.EnableKey(ctx, a, id))
		mustScript(t, o, key)
	}
	if err := o.DisableKey(ctx, sam, mustToken(t, o, token).KeyID); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("a token is disabled: %v", err)
	}
	must(t, o.RevokeKey(ctx, sam, id))
	if _, err := o.ScriptByToken(ctx, key, "feedzon", ""); !errors.Is(err, ErrBadToken) {
		t.Errorf("a removed key: %v", err)
	}
	if err := o.EnableKey(ctx, sam, id); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("a removed key is enabled: %v", err)
	}
	if _, err := o.NewServiceKeyFor(ctx, o.admin, "sam", "", GatewayBulkSMS); !errors.Is(err, ErrForbidden) {
		t.Errorf("an administrator uses the command line's verb: %v", err)
	}
	page, err := o.AuditLog(ctx, o.admin, AuditFilter{Limit: 50})
	must(t, err)
	count := map[string]int{}
	for _, e := range page.Entries {
		count[e.Action]++
	}
	for action, want := range map[string]int{"key.add": 3, "key.disable": 2, "key.enable": 2, "key.remove": 1, "token.add": 1} {
		if count[action] != want {
			t.Errorf("the log has %s %d times, want %d", action, count[action], want)
		}
	}
}

func mustScript(t *testing.T, o *office, key string) Script {
	t.Helper()
	s, err := o.ScriptByToken(t.Context(), key, "feedzon", "")
	must(t, err)
	return s
}

func mustToken(t *testing.T, o *office, token string) Script {
	t.Helper()
	s, err := o.ScriptByToken(t.Context(), token, "fastsms", "")
	must(t, err)
	return s
}

// What came in is the user's alone, page after page, in order, without those who
// were forgotten.
func TestEachReceived(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	sam := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	kim := o.user(t, "kim", LevelNormal, o.admin.User.ID, 10)
	o.send(t, sam, Order{To: numbers(1, 1)})
	o.send(t, kim, Order{To: numbers(2, 1)})
	o.taken(t, o.leave(t, 10))
	var page providers.InboundPage
	for i := range 2*receivedPage + 3 {
		page.Inbound = append(page.Inbound, providers.Inbound{ID: "r" + thousands(int64(i)), From: sms.MSISDN(number(1 + i%2)), Body: "Yes", At: o.clock()})
	}
	must(t, o.Received(ctx, o.provider, page))
	all := func(a Actor, after int64) (ids []int64) {
		must(t, o.EachReceived(ctx, a, after, func(l InboundLine) error {
			ids = append(ids, l.ID)
			if l.Body != "Yes" || l.MessageID == 0 {
				t.Errorf("%+v", l)
			}
			return nil
		}))
		return ids
	}
	mine := all(sam, 0)
	if len(mine) != receivedPage+2 || len(all(kim, 0)) != receivedPage+1 || len(all(o.admin, 0)) != 0 {
		t.Fatalf("sam has %d, kim %d, the administrator %d", len(mine), len(all(kim, 0)), len(all(o.admin, 0)))
	}
	for i := range mine[1:] {
		if mine[i] >= mine[i+1] {
			t.Fatalf("%d comes after %d", mine[i+1], mine[i])
		}
	}
	if rest := all(sam, mine[9]); len(rest) != len(mine)-10 || rest[0] != mine[10] {
		t.Errorf("after %d come %d, from %d", mine[9], len(rest), rest[0])
	}
	if rest := all(sam, mine[len(mine)-1]); len(rest) != 0 {
		t.Errorf("after the last come %v", rest)
	}
}
