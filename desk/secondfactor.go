package desk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"textdesk/db"
)

// Who has to have a second factor.
const (
	SecondOptional = "optional" // whoever likes
	SecondAdmins   = "admins"   // administrators have to
)

const (
	keySecondFactor = "second_factor"
	// secondStepLife is how long the code may take after the password.
	secondStepLife = 5 * time.Minute
	// stepLength is that of RFC 6238.
	stepLength = 30
	// recoveryCodes is how many there are.
	recoveryCodes = 10
)

// SecondSetup is what an app needs to show codes.
type SecondSetup struct {
	// Secret is for typing, in groups of four; URL is what the picture says.
	Secret, URL string
}

func readSecondFactor(values map[string]string) string {
	if values[keySecondFactor] == SecondAdmins {
		return SecondAdmins
	}
	return SecondOptional
}

func mustHaveSecond(u db.User, set Settings) bool {
	return set.SecondFactor == SecondAdmins && u.Level == LevelAdmin && u.ID != 0
}

// SaveSecondFactorPolicy decides who has to have a second factor. For
// administrators.
func (d *Desk) SaveSecondFactorPolicy(ctx context.Context, a Actor, policy string) error {
	if !a.Admin() {
		return ErrForbidden
	}
	if a.Acting() {
		return ErrActing
	}
	if policy != SecondOptional && policy != SecondAdmins {
		return ErrBadPolicy
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.SetSetting(ctx, db.SetSettingParams{Key: keySecondFactor, Value: policy}); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "settings.second_factor", "", policy)
	})
}

// BeginSecondFactor makes a secret for the actor's app, or shows the one that is
// being set up. It is not asked for until ConfirmSecondFactor.
func (d *Desk) BeginSecondFactor(ctx context.Context, a Actor) (SecondSetup, error) {
	if a.Acting() {
		return SecondSetup{}, ErrActing
	}
	set, err := d.Settings(ctx)
	if err != nil {
		return SecondSetup{}, err
	}
	var secret string
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, err := tx.User(ctx, a.User.ID)
		if err != nil {
			return fmt.Errorf("read user: %w", err)
		}
		if u.SecondAt != 0 {
			return ErrSecondOn
		}
		if u.SecondSecret != "" {
			secret, err = d.vault.open(secondPlace(u.ID), u.SecondSecret)
			return err
		}
		key, err := totp.Generate(totp.GenerateOpts{Issuer: "x", AccountName: "x", SecretSize: 20})
		if err != nil {
			return fmt.Errorf("make secret: %w", err)
		}
		secret = key.Secret()
		return tx.SetSecondFactor(ctx, db.SetSecondFactorParams{ID: u.ID, SecondSecret: d.vault.seal(secondPlace(u.ID), secret)})
	})
	if err != nil {
		return SecondSetup{}, err
	}
	return setupOf(secret, a.User.Username, set.Organisation), nil
}

// setupOf writes the address that apps read, as their makers describe it: SHA-1,
// six digits and 30 seconds are what it means when it does not say.
func setupOf(secret, username, organisation string) SecondSetup {
	issuer := strings.ReplaceAll(organisation, ":", " ")
	if issuer == "" {
		issuer = "Textdesk"
	}
	s := SecondSetup{URL: "otpauth://totp/" + url.PathEscape(issuer) + ":" + url.PathEscape(username) + "?secret=" + secret + "&issuer=" + url.PathEscape(issuer)}
	for i := 0; i < len(secret); i += 4 {
		s.Secret += " " + secret[i:min(i+4, len(secret))]
	}
	s.Secret = strings.TrimSpace(s.Secret)
	return s
}

// ConfirmSecondFactor switches the second factor on, once the app shows the
// right code, and returns the recovery codes, this once. The actor's other
// sessions end; keep is the token of the one that goes on.
func (d *Desk) ConfirmSecondFactor(ctx context.Context, a Actor, code, keep string) (recovery []string, err error) {
	if a.Acting() {
		return nil, ErrActing
	}
	u, err := d.store.User(ctx, a.User.ID)
	if err != nil {
		return nil, fmt.Errorf("read user: %w", err)
	}
	switch {
	case u.SecondAt != 0:
		return nil, ErrSecondOn
	case u.SecondSecret == "":
		return nil, ErrNoSecond
	}
	keys := []string{throttleCode(u.Username)}
	if err := d.throttled(ctx, keys); err != nil {
		return nil, err
	}
	step, err := d.stepOf(u, code)
	if err != nil {
		return nil, err
	}
	if step == 0 {
		if err := d.signInFailed(ctx, keys); !errors.Is(err, ErrSignIn) {
			return nil, err
		}
		return nil, ErrSecondFactor
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := tx.User(ctx, u.ID)
		if err != nil {
			return fmt.Errorf("read user: %w", err)
		}
		if now.SecondAt != 0 || now.SecondSecret != u.SecondSecret {
			return ErrNoSecond
		}
		if err := tx.SetSecondFactor(ctx, db.SetSecondFactorParams{ID: u.ID, SecondSecret: u.SecondSecret, SecondAt: d.now(), SecondStep: step}); err != nil {
			return err
		}
		if err := tx.ClearSignInFailures(ctx, throttleCode(u.Username)); err != nil {
			return err
		}
		if err := tx.DeleteSessionsOfUser(ctx, db.DeleteSessionsOfUserParams{UserID: u.ID, ExceptHash: hashToken(keep)}); err != nil {
			return err
		}
		if recovery, err = d.newRecoveryCodes(ctx, tx, u.ID); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "account.second_factor", u.Username, "on")
	})
	return recovery, err
}

// NewRecoveryCodes replaces the actor's recovery codes, after they have shown
// that they know their password.
func (d *Desk) NewRecoveryCodes(ctx context.Context, a Actor, password string) (recovery []string, err error) {
	if err := d.showsPassword(ctx, a, password); err != nil {
		return nil, err
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, err := tx.User(ctx, a.User.ID)
		if err != nil {
			return fmt.Errorf("read user: %w", err)
		}
		if u.SecondAt == 0 {
			return ErrNoSecond
		}
		if recovery, err = d.newRecoveryCodes(ctx, tx, u.ID); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "account.recovery_codes", u.Username, "")
	})
	return recovery, err
}

// DropSecondFactor switches the actor's second factor off, after they have shown
// that they know their password.
func (d *Desk) DropSecondFactor(ctx context.Context, a Actor, password string) error {
	set, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	if mustHaveSecond(a.real(), set) {
		return ErrNeedsSecond.because("Administrators of this desk have to have a second factor.")
	}
	if err := d.showsPassword(ctx, a, password); err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := dropSecond(ctx, tx, a.User.ID); err != nil {
			return err
		}
		return d.audit(ctx, tx, a, "account.second_factor", a.User.Username, "off")
	})
}

// ResetSecondFactor takes the second factor from a user who has lost it, and
// ends their sessions. For administrators above them, never for oneself.
func (d *Desk) ResetSecondFactor(ctx context.Context, a Actor, username string) error {
	if a.Acting() {
		return ErrActing
	}
	return d.changeUser(ctx, a, username, "user.second_factor", func(ctx context.Context, tx *db.Tx, u db.User) (string, error) {
		if u.ID == a.User.ID {
			return "", ErrYourself
		}
		if err := dropSecond(ctx, tx, u.ID); err != nil {
			return "", err
		}
		if err := tx.ClearSignInFailures(ctx, throttleCode(u.Username)); err != nil {
			return "", err
		}
		return "off", tx.DeleteSessionsOfUser(ctx, db.DeleteSessionsOfUserParams{UserID: u.ID})
	})
}

func dropSecond(ctx context.Context, tx *db.Tx, userID int64) error {
	if err := tx.DeleteRecoveryCodes(ctx, userID); err != nil {
		return err
	}
	return tx.SetSecondFactor(ctx, db.SetSecondFactorParams{ID: userID})
}

// RecoveryCodesLeft is how many of the actor's recovery codes are unused.
func (d *Desk) RecoveryCodesLeft(ctx context.Context, a Actor) (int64, error) {
	n, err := d.store.CountRecoveryCodes(ctx, a.User.ID)
	if err != nil {
		return 0, fmt.Errorf("count recovery codes: %w", err)
	}
	return n, nil
}

// showsPassword refuses who does not know the actor's password, slowed down as
// signing in is.
func (d *Desk) showsPassword(ctx context.Context, a Actor, password string) error {
	if a.Acting() {
		return ErrActing
	}
	u, err := d.store.User(ctx, a.User.ID)
	if err != nil {
		return fmt.Errorf("read user: %w", err)
	}
	keys := []string{throttleUser(u.Username)}
	if err := d.throttled(ctx, keys); err != nil {
		return err
	}
	err = d.passwordOpens(ctx, keys, password, u.PasswordHash)
	if errors.Is(err, ErrSignIn) {
		return ErrWrongPassword
	}
	return err
}

// newRecoveryCodes replaces a user's codes: 60 random bits each, "k7wq-3mfn-p2xy".
func (d *Desk) newRecoveryCodes(ctx context.Context, tx *db.Tx, userID int64) ([]string, error) {
	if err := tx.DeleteRecoveryCodes(ctx, userID); err != nil {
		return nil, err
	}
	codes := make([]string, recoveryCodes)
	for i := range codes {
		codes[i] = newToken()[:14]
		if err := tx.InsertRecoveryCode(ctx, db.InsertRecoveryCodeParams{UserID: userID, Hash: d.recoveryHash(userID, codes[i])}); err != nil {
			return nil, fmt.Errorf("insert recovery code: %w", err)
		}
	}
	return codes, nil
}

// recoveryHash is how a code is kept: with the vault's key, because it is
// shorter than a token.
func (d *Desk) recoveryHash(userID int64, code string) string {
	code = strings.ToLower(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '\u00A0' {
			return -1
		}
		return r
	}, code))
	mac := hmac.New(sha256.New, d.vault.Key("recovery codes", 32))
	fmt.Fprintf(mac, "%d %s", userID, code)
	return hex.EncodeToString(mac.Sum(nil))
}

func secondPlace(userID int64) string { return fmt.Sprintf("second factor of user %d", userID) }
