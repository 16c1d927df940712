package desk

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"textdesk/db"
	"textdesk/mail"
)

// Branding is how the desk looks: as the organisation does.
type Branding struct {
	// Accent is the colour of buttons and links, "#7c2d6f"; "" is ours.
	Accent string
	// Logo is what its address is made of, "" for none.
	Logo string
	// LogoWidth and LogoHeight are of the image as it is stored, for screens
	// with two dots to a pixel.
	LogoWidth, LogoHeight int
	// LogoSolid: nothing shines through it, so that it needs no ground.
	LogoSolid bool
}

// NewBranding is what an administrator decides about it.
type NewBranding struct {
	// Accent is a colour, "" for ours.
	Accent string
	// Logo is the file that was chosen, nil to keep the one that is there.
	Logo []byte
	// NoLogo takes the logo away.
	NoLogo bool
}

const (
	keyAccent = "accent"
	keyLogo   = "logo" // hash, width, height, solid: "0123456789abcdef0123 320 80 true"
)

var (
	accentPattern = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	shortColour   = regexp.MustCompile(`^#?([0-9a-f])([0-9a-f])([0-9a-f])$`)
	bareColour    = regexp.MustCompile(`^[0-9a-f]{6}$`)
)

// SaveBranding stores the accent colour and the logo, either both or nothing.
// The logo is read and written anew, so that nothing of the file is stored but
// its picture. For administrators.
func (d *Desk) SaveBranding(ctx context.Context, a Actor, b NewBranding) error {
	if !a.Admin() {
		return ErrForbidden
	}
	var bad []*Refusal
	b.Accent = wholeColour(strings.ToLower(strings.TrimSpace(b.Accent)))
	if b.Accent != "" && !accentPattern.MatchString(b.Accent) {
		bad = append(bad, ErrBadAccent)
	}
	var made logo
	if b.Logo != nil && !b.NoLogo {
		var r *Refusal
		if made, r = readLogo(b.Logo); r != nil {
			bad = append(bad, r)
		}
	}
	if len(bad) > 0 {
		return refused(bad)
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := setOrDelete(ctx, tx, keyAccent, b.Accent); err != nil {
			return err
		}
		switch {
		case b.NoLogo:
			if err := setOrDelete(ctx, tx, keyLogo, ""); err != nil {
				return err
			}
			if err := tx.DeleteOtherLogos(ctx, ""); err != nil {
				return fmt.Errorf("delete logo: %w", err)
			}
		case made.png != nil:
			if err := tx.InsertLogo(ctx, db.InsertLogoParams{Hash: made.hash, Image: made.png, Width: int64(made.width), Height: int64(made.height), StoredAt: d.now()}); err != nil {
				return fmt.Errorf("store logo: %w", err)
			}
			if err := tx.DeleteOtherLogos(ctx, made.hash); err != nil {
				return fmt.Errorf("delete the logo before: %w", err)
			}
			if err := setOrDelete(ctx, tx, keyLogo, fmt.Sprint(made.hash, " ", made.width, " ", made.height, " ", made.solid)); err != nil {
				return err
			}
		}
		return d.audit(ctx, tx, a, "settings.branding", b.Accent, b.words())
	})
}

// words are what the audit log says of it.
func (b NewBranding) words() string {
	switch {
	case b.NoLogo:
		return "no logo"
	case b.Logo != nil:
		return "another logo"
	}
	return ""
}

// Logo is the picture that the settings name, as PNG; [ErrUnknownLogo] for any
// other. Everybody may see it, signed in or not.
func (d *Desk) Logo(ctx context.Context, hash string) ([]byte, error) {
	row, err := d.store.Logo(ctx, hash)
	if db.IsNotFound(err) {
		return nil, ErrUnknownLogo
	}
	if err != nil {
		return nil, fmt.Errorf("read logo: %w", err)
	}
	return row.Image, nil
}

// mailBrand is how the desk's e-mails look, nil for as plain text.
func (d *Desk) mailBrand(ctx context.Context, set Settings) (*mail.Brand, error) {
	b := set.Branding
	if b == (Branding{}) {
		return nil, nil
	}
	brand := &mail.Brand{Name: set.Organisation, Accent: b.Accent, Width: (b.LogoWidth + 1) / 2, Height: (b.LogoHeight + 1) / 2}
	if b.Logo == "" {
		return brand, nil
	}
	var err error
	if brand.Logo, err = d.Logo(ctx, b.Logo); errors.Is(err, ErrUnknownLogo) {
		return brand, nil // taken away this moment
	}
	return brand, err
}

func readBranding(values map[string]string) Branding {
	b := Branding{Accent: values[keyAccent]}
	if parts := strings.Fields(values[keyLogo]); len(parts) == 4 {
		b.Logo = parts[0]
		b.LogoWidth, _ = strconv.Atoi(parts[1])
		b.LogoHeight, _ = strconv.Atoi(parts[2])
		b.LogoSolid = parts[3] == "true"
	}
	return b
}

// setOrDelete stores a setting; "" forgets it.
func setOrDelete(ctx context.Context, tx *db.Tx, key, value string) error {
	if value == "" {
		return tx.DeleteSetting(ctx, key)
	}
	return tx.SetSetting(ctx, db.SetSettingParams{Key: key, Value: value})
}

// wholeColour writes a colour with # and six digits, also one that was typed with
// three or without the sign, as style sheets and designers have them.
func wholeColour(typed string) string {
	if bareColour.MatchString(typed) {
		return "#" + typed
	}
	return shortColour.ReplaceAllString(typed, "#$1$1$2$2$3$3")
}
