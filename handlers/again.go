package handlers

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"textdesk/desk"
	"textdesk/views"
)

// sendAgainForm is the review of a send to those whom an earlier one did not
// reach.
func (v *visit) sendAgainForm() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	return v.showAgain(id, rand.Text(), nil)
}

// sendAgainFailed sends it to them.
func (v *visit) sendAgainFailed() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	key := v.FormValue("key")
	if key != "" && len(key) <= 100 && v.FormValue("do") == "read" {
		return v.prepareAgain(id, key)
	}
	people, err := strconv.Atoi(v.FormValue("people"))
	if err != nil || key == "" || len(key) > 100 {
		return v.showAgain(id, rand.Text(), nil) // without its key it could go twice
	}
	sent, err := v.s.Desk.SendAgainFailed(v.Request().Context(), v.actor, id, key, people, v.set.Undo, v.FormValue("sure") != "")
	switch {
	case len(desk.Refusals(err)) > 0:
		return v.showAgain(id, key, err)
	case err != nil:
		return err
	case sent.Again:
		return v.back(fmt.Sprintf("/batches/%d", sent.BatchID), "This was sent already, and only once.")
	}
	return redirect(v.Context, fmt.Sprintf("/batches/%d", sent.BatchID))
}

// showAgain is the review, with why it was refused before. Those who are too many
// to be read at once are read first.
func (v *visit) showAgain(id int64, key string, cause error) error {
	a, err := v.s.Desk.CheckAgain(v.Request().Context(), v.actor, id)
	if err != nil {
		if refusals := desk.Refusals(err); len(refusals) > 0 && a.Batch.ID != 0 {
			return v.back(fmt.Sprintf("/batches/%d", id), "%s", refusals[0].Sentence)
		}
		return err
	}
	r := views.AgainReview{Key: key}
	if !a.Large {
		longest := ""
		if a.Draft.Filled() {
			longest = a.Draft.Text(a.Draft.Longest)
		}
		return v.againPage(a, longest, r, cause)
	}
	page, err := v.page("Send again", "/outbox")
	if err != nil {
		return err
	}
	r.Batch, r.Failed, r.Expired = a.Batch.ID, a.Batch.NFailed, a.Batch.NExpired
	return render(v.Context, http.StatusOK, views.AgainManyPage(page, r))
}

// prepareAgain has those read whom an earlier send did not reach, and leads to
// the review.
func (v *visit) prepareAgain(id int64, key string) error {
	draft, err := v.s.Desk.PrepareAgain(v.Request().Context(), v.actor, id, key, v.set.Undo)
	if refusals := desk.Refusals(err); len(refusals) > 0 && !errors.Is(err, desk.ErrUnknownBatch) {
		return v.back(fmt.Sprintf("/batches/%d", id), "%s", refusals[0].Sentence)
	}
	if err != nil {
		return err
	}
	return redirect(v.Context, reviewPath(draft))
}

// preparedAgain is the review of a draft to those whom an earlier send did not
// reach.
func (v *visit) preparedAgain(p desk.Prepared, cause error) error {
	b, err := v.s.Desk.Batch(v.Request().Context(), v.actor, p.Order.AgainOf)
	if err != nil {
		return err
	}
	longest := ""
	if p.Draft.Filled() && p.Draft.Longest > 0 {
		shown, err := v.s.Desk.PreparedPerson(v.Request().Context(), p, p.Draft.Longest)
		if err != nil {
			return err
		}
		longest = shown.Text
	}
	return v.againPage(desk.Again{Batch: b, Draft: p.Draft}, longest, views.AgainReview{Review: views.Review{ID: p.ID}}, cause)
}

// againPage is the review. longest is what the one reads whose text is longest,
// "" where all read the same.
func (v *visit) againPage(a desk.Again, longest string, r views.AgainReview, cause error) error {
	b, d := a.Batch, a.Draft
	r.Batch, r.Parts, r.Failed, r.Expired, r.Unsure = b.ID, d.Parts, b.NFailed, b.NExpired, b.NInDoubt+b.NUnknown
	r.Form.Outlook = views.Outlook{Now: v.now(), Home: v.set.Country, People: d.People, Sender: d.Sender,
		Counter: views.Counter{Body: d.Body, Size: d.Size}, Credits: d.Credits, Balance: d.Balance, Unlimited: d.Unlimited}
	if longest != "" {
		r.Longest, r.Form.Outlook.Counter.Body = true, longest
	}
	route, routeErr := v.s.Desk.Route(v.Request().Context())
	if routeErr != nil && len(desk.Refusals(routeErr)) == 0 {
		return routeErr
	}
	r.Rate, r.Takes, r.Simulated = route.Rate, route.Takes(int64(d.People)), route.Simulated
	if d.People > 1 {
		r.Undo = v.set.Undo
	}
	r.Forecast = v.forecast(time.Time{}, r.Undo, r.Takes, d.People)
	var err error
	if r.Care, err = v.care(d, cause); err != nil {
		return err
	}
	r.Care.Repeats = nil // that is what this is
	problems := []error{unsure(cause), routeErr}
	for _, p := range d.Problems {
		problems = append(problems, p)
	}
	seen := map[string]bool{}
	for _, err := range problems {
		for _, p := range desk.Refusals(err) {
			if !seen[p.Sentence] {
				seen[p.Sentence] = true
				// Nothing on this page can be corrected, so the sentence leads nowhere.
				r.Problems = append(r.Problems, views.WholeProblem(p.Sentence))
			}
		}
	}
	status := http.StatusOK
	if len(r.Problems) > 0 || r.Care.Error != "" {
		status = http.StatusUnprocessableEntity
	}
	page, err := v.page("Send again", "/outbox")
	if err != nil {
		return err
	}
	page.HasErrors = status != http.StatusOK
	return render(v.Context, status, views.AgainPage(page, r))
}
