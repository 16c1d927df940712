package desk

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"textdesk/db"
)

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

func throttleCode(username string) string { return "code " + throttleUser(username) }
