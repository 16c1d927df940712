package handlers

import (
	"errors"
	"fmt"
	"image/color"
	"net/http"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

func (v *visit) secondFactorForm() error { return v.showSecondFactor(http.StatusOK, nil) }

// secondFactor switches it on and shows the recovery codes in its own answer,
// which no cache keeps.
func (v *visit) secondFactor() error {
	codes, err := v.s.Desk.ConfirmSecondFactor(v.Request().Context(), v.actor, v.FormValue("code"), v.s.token(v.Context))
	if err != nil {
		return v.showSecondFactor(http.StatusUnprocessableEntity, err)
	}
	return v.showRecoveryCodes("Your second factor is on", codes)
}

func (v *visit) recoveryCodes() error {
	codes, err := v.s.Desk.NewRecoveryCodes(v.Request().Context(), v.actor, v.FormValue("second_password"))
	if err != nil {
		return v.showAccount(http.StatusUnprocessableEntity, "", asked(err, "second_password"))
	}
	return v.showRecoveryCodes("Your new recovery codes", codes)
}

func (v *visit) secondFactorOff() error {
	if err := v.s.Desk.DropSecondFactor(v.Request().Context(), v.actor, v.FormValue("second_password")); err != nil {
		return v.showAccount(http.StatusUnprocessableEntity, "", asked(err, "second_password"))
	}
	return v.back("/account", "The second factor is off.")
}

// asked puts a wrong password beside the field of its own form.
func asked(err error, field string) error {
	if errors.Is(err, desk.ErrWrongPassword) {
		r := *desk.ErrWrongPassword
		r.Field = field
		return &r
	}
	return err
}

func (v *visit) showRecoveryCodes(title string, codes []string) error {
	page, err := v.page(title, "")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	return render(v.Context, http.StatusOK, views.RecoveryCodes(page, codes))
}

func (v *visit) showSecondFactor(status int, cause error) error {
	set, err := v.s.Desk.BeginSecondFactor(v.Request().Context(), v.actor)
	if errors.Is(err, desk.ErrSecondOn) {
		return redirect(v.Context, "/account")
	}
	if err != nil {
		return err
	}
	form := views.SecondSetup{Secret: set.Secret, Needed: desk.NeedsSecond(v.actor, v.set)}
	if form.QR, form.Size, err = qrPath(set.URL); err != nil {
		return err
	}
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	page, err := v.page("Set up a second factor", "")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Narrow, len(form.Errors) > 0
	return render(v.Context, status, views.SetUpSecond(page, form))
}

// qrPath draws a QR code as the path of an SVG, a square of size modules. It
// stands in the page itself, so that the secret has no address.
func qrPath(text string) (path string, size int, err error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", 0, fmt.Errorf("draw code: %w", err)
	}
	var b strings.Builder
	size = code.Bounds().Dx()
	for y := range size {
		for x := 0; x < size; x++ {
			run := 0
			for x+run < size && dark(code, x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x, y, run, run)
				x += run
			}
		}
	}
	return b.String(), size, nil
}

func dark(code barcode.Barcode, x, y int) bool {
	return color.GrayModel.Convert(code.At(x, y)).(color.Gray).Y < 128
}
