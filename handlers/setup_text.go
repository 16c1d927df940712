package handlers

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
)

// setupTextForm has the administrator text themselves; with a message in the
// address it shows what becomes of it.
func (v *visit) setupTextForm() error {
	if v.QueryParam("message") != "" {
		return v.showFirstText()
	}
	form := views.FirstTextForm{Sender: v.set.Sender, SubmitKey: rand.Text(),
		Body: "Hello! This is the first text from our new desk. If you can read this, it works."}
	if form.Sender == "" {
		form.Sender = "Textdesk"
	}
	return v.showFirstTextForm(http.StatusOK, form, nil)
}

func (v *visit) setupText() error {
	ctx := v.Request().Context()
	form := views.FirstTextForm{To: v.FormValue("to"), Sender: v.FormValue("sender"), Body: v.FormValue("body"), SubmitKey: v.FormValue("submit_key")}
	order := desk.Order{Sender: form.Sender, Body: form.Body,
		SubmitKey: submitKey(views.Compose{Key: form.SubmitKey, To: form.To, Sender: form.Sender, Body: form.Body})}
	if strings.TrimSpace(form.To) != "" {
		order.To = []string{form.To}
	}
	sent, err := v.s.Desk.Send(ctx, v.actor, order)
	if err != nil {
		return v.showFirstTextForm(http.StatusUnprocessableEntity, form, err)
	}
	if err := v.s.Desk.FinishStep(ctx, v.actor, desk.StepFirstText); err != nil {
		return err
	}
	batch, err := v.s.Desk.Batch(ctx, v.actor, sent.BatchID)
	if err != nil {
		return err
	}
	id, err := v.s.Desk.OnlyMessage(ctx, batch)
	if err != nil {
		return err
	}
	return redirect(v.Context, fmt.Sprintf("/setup/text?message=%d", id))
}

func (v *visit) showFirstTextForm(status int, form views.FirstTextForm, cause error) error {
	var err error
	if form.Errors, err = fieldErrors(cause); err != nil {
		return err
	}
	rows, err := v.s.Desk.Providers(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	for _, p := range rows {
		if p.IsDefault {
			form.Provider, form.Simulated = p.Name, p.Kind == desk.SimulatorKind
		}
	}
	page, err := v.setupPage("Text yourself", form.Errors)
	if err != nil {
		return err
	}
	return render(v.Context, status, views.SetupText(page, setupSteps(v.set.SetUp, 3), form))
}

func (v *visit) showFirstText() error {
	text, err := v.firstText()
	if err != nil {
		return err
	}
	page, err := v.setupPage("Your first text", nil)
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.SetupTexting(page, setupSteps(v.set.SetUp, 3), text))
}

func (v *visit) setupTextLive() error {
	text, err := v.firstText()
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.SetupTextingLive(text))
}

// firstText is the message that the address names.
func (v *visit) firstText() (views.FirstText, error) {
	id, err := strconv.ParseInt(v.QueryParam("message"), 10, 64)
	if err != nil || id <= 0 {
		return views.FirstText{}, echo.ErrNotFound
	}
	ctx := v.Request().Context()
	story, err := v.s.Desk.Message(ctx, v.actor, id)
	if err != nil {
		return views.FirstText{}, err
	}
	m := story.Message
	text := views.FirstText{ID: m.ID, Status: views.StatusOf(m.Status), Number: m.Number.Display(v.set.Country), Sender: m.Sender, Body: m.Body,
		Arrived: m.Status == sms.Delivered, Clock: v.now().Format("15:04"),
		Moving: m.Status.Waiting() || m.Status == sms.Submitting || m.Status.Outstanding()}
	if m.FinalAt != 0 {
		text.Clock = m.FinalAt.Time().In(v.set.Zone).Format("15:04")
	}
	if m.Reason != "" && m.Status != sms.Delivered {
		text.Reason = views.Sentence(m.Reason)
	}
	if text.Simulated, err = v.simulated(story.Provider); err != nil {
		return views.FirstText{}, err
	}
	if text.Simulated {
		text.Hint, err = v.scriptHint(m.Number)
	}
	return text, err
}

// simulated reports whether the provider of that name sends nothing.
func (v *visit) simulated(provider string) (bool, error) {
	rows, err := v.s.Desk.Providers(v.Request().Context(), v.actor)
	if err != nil {
		return false, err
	}
	for _, p := range rows {
		if p.Name == provider {
			return p.Kind == desk.SimulatorKind, nil
		}
	}
	return false, nil
}

// scriptHint explains why the simulator does not simply deliver to the number,
// "" where it does.
func (v *visit) scriptHint(number sms.MSISDN) (string, error) {
	scripts, err := v.s.Desk.Scripts(v.Request().Context())
	if err != nil {
		return "", err
	}
	for _, script := range scripts {
		if script.Ending != "" && strings.HasSuffix(string(number), script.Ending) {
			return fmt.Sprintf("The simulator plays a part for numbers that end in %s: %s. Any other number gets its text in a moment.",
				script.Ending, strings.ToLower(script.What)), nil
		}
	}
	return "", nil
}
