package desk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
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

// SignInCode finishes a sign-in that waits for the second factor and returns the
// session's token. The code is what the app shows, or a recovery code; either
// opens once. Attempts are slowed down by account and by address.
func (d *Desk) SignInCode(ctx context.Context, pending, code, address, agent string) (token string, err error) {
	s, err := d.store.PendingSession(ctx, db.PendingSessionParams{Hash: hashToken(pending), NowAt: d.now()})
	if db.IsNotFound(err) {
		return "", ErrSignedOut
	}
	if err != nil {
		return "", fmt.Errorf("read session: %w", err)
	}
	u, err := d.store.User(ctx, s.UserID)
	if err != nil {
		return "", fmt.Errorf("read user: %w", err)
	}
	if r := keptOut(u); r != nil {
		return "", r
	}
	keys := []string{throttleCode(u.Username), throttleAddress(address)}
	if err := d.throttled(ctx, keys); err != nil {
		return "", err
	}
	opened, err := d.useCode(ctx, u, code)
	if err != nil {
		return "", err
	}
	if !opened {
		if err := d.signInFailed(ctx, keys); !errors.Is(err, ErrSignIn) {
			return "", err
		}
		return "", ErrSecondFactor
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.ClearSignInFailures(ctx, throttleCode(u.Username)); err != nil {
			return err
		}
		return tx.DeleteSession(ctx, s.Hash)
	})
	if err != nil {
		return "", err
	}
	return d.openSession(ctx, u, address, agent)
}

// Pending reports whether a token waits for the second factor.
func (d *Desk) Pending(ctx context.Context, token string) (bool, error) {
	_, err := d.store.PendingSession(ctx, db.PendingSessionParams{Hash: hashToken(token), NowAt: d.now()})
	if db.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// useCode reports whether a code opens, and uses it up.
func (d *Desk) useCode(ctx context.Context, u db.User, code string) (opened bool, err error) {
	step, err := d.stepOf(u, code)
	if err != nil {
		return false, err
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if step != 0 {
			n, err := tx.UseSecondStep(ctx, db.UseSecondStepParams{ID: u.ID, SecondStep: step})
			opened = n == 1
			return err
		}
		n, err := tx.UseRecoveryCode(ctx, db.UseRecoveryCodeParams{UserID: u.ID, Hash: d.recoveryHash(u.ID, code), UsedAt: d.now()})
		opened = n == 1
		if err != nil || !opened {
			return err
		}
		return d.audit(ctx, tx, Actor{User: u, Door: "page"}, "account.recovery_code", u.Username, "")
	})
	if err != nil {
		return false, fmt.Errorf("use code: %w", err)
	}
	return opened, nil
}

// stepOf is the step of time whose code this is, 0 for none. A clock may be one
// step off either way; a step that was used, or one before it, counts no more.
func (d *Desk) stepOf(u db.User, code string) (int64, error) {
	code = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		if r == ' ' || r == '-' || r == '\u00A0' {
			return -1
		}
		return 'x'
	}, code)
	if len(code) != 6 {
		return 0, nil
	}
	secret, err := d.vault.open(secondPlace(u.ID), u.SecondSecret)
	if err != nil {
		return 0, err
	}
	now := d.clock().Unix() / stepLength
	var found int64
	for step := now - 1; step <= now+1; step++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, fmt.Errorf("make code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && step > u.SecondStep {
			found = step
		}
	}
	return found, nil
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

func throttleCode(username string) string { return "code " + throttleUser(username) }
