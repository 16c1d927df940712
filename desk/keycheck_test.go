package desk

import (
	"errors"
	"slices"
	"testing"

	"textdesk/mail"
	"textdesk/providers"
	"textdesk/providers/all"
)

// Somebody lost the key. What needs nobody works with the new one, and all that
// does not is named.
func TestAnotherKeyIsAdopted(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	must(t, o.EnsureKey(ctx))
	if lost, err := o.AdoptKey(ctx, CommandLine()); err != nil || lost.Changed || len(lost.Providers)+len(lost.Users) > 0 || lost.Mail {
		t.Fatalf("the desk's own key: %+v, %v", lost, err)
	}
	_, err := o.AddProvider(ctx, o.admin, NewProvider{Name: "up", Kind: "fastsms", Settings: providers.Settings{"token": "x"}})
	must(t, err)
	o.user(t, "jo", LevelNormal, o.admin.User.ID, 0)
	for number, auth := range map[string]string{"07860 033456": "s3cret", "07860 033457": ""} {
		_, err = o.AddNumber(ctx, o.admin, NumberForm{Number: number, Provider: "Simulator", Owner: "jo", URL: "https://intranet.example/texts", Auth: auth})
		must(t, err)
	}
	must(t, o.SaveMailServer(ctx, o.admin, MailServer{Host: "mail.example.org", Security: mail.StartTLS, Username: "desk", Password: "p", From: "desk@example.org"}))
	sam, kim := o.known(t, o.admin, "sam", LevelNormal), o.known(t, o.admin, "kim", LevelNormal)
	setup, err := o.BeginSecondFactor(ctx, sam)
	must(t, err)
	_, err = o.ConfirmSecondFactor(ctx, sam, o.app(t, setup, 0), "")
	must(t, err)
	_, err = o.BeginSecondFactor(ctx, kim) // and no further
	must(t, err)

	vault, err := OpenVault(t.TempDir(), "")
	must(t, err)
	d := New(Options{Store: o.store, Vault: vault, Types: all.Types(), Clock: o.clock})
	if err := d.EnsureKey(ctx); !errors.Is(err, ErrWrongKey) {
		t.Fatalf("before: %v", err)
	}
	lost, err := d.AdoptKey(ctx, CommandLine())
	must(t, err)
	if !lost.Changed || !slices.Equal(lost.Providers, []string{"up"}) || !slices.Equal(lost.Users, []string{"sam"}) || len(lost.Numbers) != 1 || !lost.Mail || lost.Erasures != 0 {
		t.Errorf("it says %+v", lost)
	}
	must(t, d.EnsureKey(ctx))
	rows, err := d.ProviderRows(ctx)
	must(t, err)
	for _, row := range rows {
		if _, err := d.OpenProvider(row); (err == nil) != (row.Kind == "simulator") {
			t.Errorf("%s opens with %v", row.Name, err)
		}
	}
	if _, err := d.BeginSecondFactor(ctx, o.again(t, kim)); err != nil {
		t.Errorf("a second factor that was begun with the other key: %v", err)
	}
	must(t, d.ResetSecondFactor(ctx, CommandLine(), "sam"))
	if lost, err = d.AdoptKey(ctx, CommandLine()); err != nil || lost.Changed || len(lost.Users) > 0 || !slices.Equal(lost.Providers, []string{"up"}) {
		t.Errorf("once more: %+v, %v", lost, err)
	}
}
