package handlers

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/static"
	"textdesk/views"
	"textdesk/views/ui"
)

// ourAccent is what the picker begins with.
const ourAccent = "#7b2a6b"

func (v *visit) branding() error {
	b := v.set.Branding
	return v.showBranding(http.StatusOK, views.BrandingForm{Own: b.Accent != "", Accent: orElse(b.Accent, ourAccent)})
}

func (v *visit) showBranding(status int, form views.BrandingForm) error {
	page, err := v.settingPage("Colour and logo", len(form.Errors))
	if err != nil {
		return err
	}
	form.HasLogo = page.Logo != nil
	if accent := v.set.Branding.Accent; accent != "" {
		shades, err := static.ShadesOf(accent)
		if err != nil {
			return err
		}
		form.Contrast = fmt.Sprintf("%.1f", shades.Contrast)
		if shades.Darker {
			form.Darker = shades.Fill[0]
		}
	}
	return render(v.Context, status, views.BrandingPage(page, form))
}

// saveBranding stores the colour and the logo.
func (v *visit) saveBranding() error {
	if err := v.Request().ParseMultipartForm(desk.MaxLogo); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			refused := []ui.FieldError{{Field: desk.ErrLogoTooLarge.Field, Message: desk.ErrLogoTooLarge.Sentence}}
			return v.showBranding(http.StatusUnprocessableEntity, views.BrandingForm{Own: v.set.Branding.Accent != "", Accent: orElse(v.set.Branding.Accent, ourAccent), Errors: refused})
		}
		return brokenOff(err)
	}
	chosen := desk.NewBranding{NoLogo: v.FormValue("no_logo") != ""}
	form := views.BrandingForm{Own: v.FormValue("colour") == "own", Accent: v.FormValue("accent")}
	if form.Own {
		chosen.Accent = orElse(form.Accent, "none")
	}
	file, err := v.FormFile("file")
	switch {
	case err == nil && file.Size > 0:
		f, err := file.Open()
		if err != nil {
			return fmt.Errorf("open upload: %w", err)
		}
		defer f.Close()
		if chosen.Logo, err = io.ReadAll(io.LimitReader(f, desk.MaxLogo+1)); err != nil {
			return fmt.Errorf("read upload: %w", err)
		}
	case err != nil && !errors.Is(err, http.ErrMissingFile) && !errors.Is(err, http.ErrNotMultipart):
		return fmt.Errorf("read upload: %w", err)
	}
	err = v.s.Desk.SaveBranding(v.Request().Context(), v.actor, chosen)
	if form.Errors, err = fieldErrors(err); err != nil {
		return err
	}
	if len(form.Errors) > 0 {
		return v.showBranding(http.StatusUnprocessableEntity, form)
	}
	return v.back("/settings/branding", "The colour and the logo are saved.")
}

// brand puts the organisation's colour and logo on a page.
func (s *server) brand(p *ui.Page, b desk.Branding) {
	if name, _, err := brandSheet(b.Accent); err == nil {
		p.BrandPath = "/branding-" + name
	}
	if b.Logo != "" {
		// Stored for screens with two dots to a pixel, and shown no higher than the
		// name beside it.
		width, height := (b.LogoWidth+1)/2, (b.LogoHeight+1)/2
		if height > 40 {
			width, height = max(1, width*40/height), 40
		}
		p.Logo = &ui.Logo{Path: "/branding-" + b.Logo + ".png", Width: width, Height: height, Wide: width >= 2*height, Plate: !b.LogoSolid}
	}
}

// brandSheet is the style sheet of an accent colour, and its name with its hash.
func brandSheet(accent string) (name, sheet string, err error) {
	if sheet, err = static.Brand(accent); err != nil {
		return "", "", err
	}
	sum := sha256.Sum256([]byte(sheet))
	return hex.EncodeToString(sum[:10]) + ".css", sheet, nil
}

// brandFile serves the style sheet with the accent and the logo, under names
// that change with them. Only what the settings name is served.
func (s *server) brandFile(c echo.Context) error {
	set, err := s.Desk.Settings(c.Request().Context())
	if err != nil {
		return err
	}
	var body []byte
	kind := "image/png"
	file := c.Param("file")
	if name, sheet, err := brandSheet(set.Branding.Accent); err == nil && file == name {
		kind, body = "text/css; charset=utf-8", []byte(sheet)
	} else if hash, found := strings.CutSuffix(file, ".png"); found && hash != "" && hash == set.Branding.Logo {
		if body, err = s.Desk.Logo(c.Request().Context(), hash); err != nil {
			return err
		}
	} else {
		return echo.ErrNotFound
	}
	h := c.Response().Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, bytes.NewReader(body))
	return nil
}
