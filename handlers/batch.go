package handlers

import (
	"fmt"
	"net/http"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
)

// batch shows how far a send has come, and whom it left out. A send to one
// person alone is shown as its message.
func (v *visit) batch() error {
	p, err := v.progress()
	if err != nil {
		return err
	}
	only, err := v.s.Desk.OnlyMessage(v.Request().Context(), p.Batch)
	if err != nil {
		return err
	}
	left, all, err := v.s.Desk.Skips(v.Request().Context(), v.actor, p.Batch.ID, skippedShown)
	if err != nil {
		return err
	}
	if only != 0 && all == 0 {
		return redirect(v.Context, fmt.Sprintf("/messages/%d", only))
	}
	page, err := v.page(views.Plural(p.Batch.Recipients, "message", "messages"), "/outbox")
	if err != nil {
		return err
	}
	b, err := v.batchWithRows(p)
	if err != nil {
		return err
	}
	for _, s := range left {
		b.LeftOut = append(b.LeftOut, views.LeftOut{Typed: spaced(s.Typed, v.set.Country), Why: s.Reason})
	}
	b.LeftOutMore = int(all) - len(left)
	return render(v.Context, http.StatusOK, views.BatchPage(page, b))
}

// batchLive answers with the part of the page that changes.
func (v *visit) batchLive() error {
	p, err := v.progress()
	if err != nil {
		return err
	}
	b, err := v.batchWithRows(p)
	if err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.BatchLive(b))
}

// stopForm asks before what waits is taken back.
func (v *visit) stopForm() error {
	p, err := v.progress()
	if err != nil {
		return err
	}
	if p.Waiting() == 0 {
		return v.back(v.batchPath(p), "Nothing is waiting any more, so there is nothing to stop.")
	}
	page, err := v.page("Stop", "/outbox")
	if err != nil {
		return err
	}
	b := v.batchView(p)
	if b.Back, err = v.s.Desk.ComesBack(v.Request().Context(), p); err != nil {
		return err
	}
	return render(v.Context, http.StatusOK, views.StopPage(page, b))
}

// stop takes back what has not left.
func (v *visit) stop() error {
	p, err := v.progress()
	if err != nil {
		return err
	}
	n, err := v.s.Desk.Stop(v.Request().Context(), v.actor, p.Batch.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return v.back(v.batchPath(p), "Nothing was waiting any more, so nothing was stopped.")
	}
	return v.back(v.batchPath(p), "Stopped: %s taken back and will not be sent.", views.Plural(n, "message was", "messages were"))
}

// release lets a send that was held for being late go now.
func (v *visit) release() error {
	p, err := v.progress()
	if err != nil {
		return err
	}
	if err := v.s.Desk.Release(v.Request().Context(), v.actor, p.Batch.ID); err != nil {
		if len(desk.Refusals(err)) > 0 {
			return v.back(v.batchPath(p), "%s", err.Error())
		}
		return err
	}
	return v.back(v.batchPath(p), "On its way: %s.", views.Plural(p.Waiting(), "message leaves now", "messages leave now"))
}

// progress is how far the batch in the address has come.
func (v *visit) progress() (desk.Progress, error) {
	id, err := v.id()
	if err != nil {
		return desk.Progress{}, err
	}
	return v.s.Desk.Progress(v.Request().Context(), v.actor, id)
}

func (v *visit) batchPath(p desk.Progress) string { return fmt.Sprintf("/batches/%d", p.Batch.ID) }

func (v *visit) batchView(p desk.Progress) views.Batch {
	b := p.Batch
	out := views.Batch{ID: b.ID, Now: v.now(), Mine: b.UserID == v.actor.User.ID && b.Door != desk.DoorAutomatic, By: sentBy(p.By, b.Door), Body: views.Kept(b.Body),
		From: sms.Sender{Address: b.Sender, TON: b.TON}, Home: v.set.Country, SentAt: b.CreatedAt.Time(), Parts: b.Parts, Credits: b.Credits,
		People: b.Recipients, Waiting: p.Waiting(), StartsAt: p.StartsAt, Rate: p.Rate, Left: p.Left, Held: b.HeldAt != 0,
		Scheduled: b.NScheduled > 0 && b.NScheduled == p.Waiting(), Stopped: b.StoppedAt != 0, Trouble: p.Trouble, Final: p.Final(),
		Forecast: views.Forecast(p.Forecast), Handing: b.NSubmitting, NotReached: p.NotReached, Decision: v.decisionView(p), AgainOf: int64(b.AgainOf)}
	out.Restored = desk.HeldAfterRestore(b)
	out.Moving, out.Movable = desk.HeldInAMove(b), desk.Movable(b)
	if p.ProviderPaused != 0 {
		out.ProviderPaused = views.Paused{At: p.ProviderPaused.Time(), By: p.ProviderPausedBy, Mine: p.ProviderPausedBy == v.actor.Name()}
	}
	if b.PausedAt != 0 {
		out.Paused = views.Paused{At: b.PausedAt.Time(), By: p.PausedBy, Mine: int64(b.PausedBy) == v.actor.User.ID}
	}
	for _, f := range p.Again {
		out.Again = append(out.Again, views.FurtherSend{ID: f.ID, People: f.Recipients, At: f.CreatedAt.Time()})
	}
	if b.SendAt > b.CreatedAt {
		out.SendAt = b.SendAt.Time()
	}
	counts := p.Counts()
	for _, g := range stateGroups[1:] { // the first is all of them
		group := views.BatchGroup{Key: g.key, Word: g.label, State: g.statuses[len(g.statuses)-1]}
		if g.key == "not-delivered" {
			group.State = sms.Failed
		}
		for _, s := range g.statuses {
			group.Count += counts[s]
		}
		out.Groups = append(out.Groups, group)
	}
	out.LiveEvery = batchEvery(out)
	return out
}

// batchEvery is how often the page asks what is new: each second while all of it
// can be undone, rarely while only receipts are to come, and not at all once
// nothing happens by itself.
func batchEvery(b views.Batch) string {
	switch {
	case b.Final:
		return ""
	case !b.StartsAt.IsZero():
		return "1s"
	case b.Held, b.Scheduled, !b.Paused.At.IsZero() && b.Handing == 0, !b.Forecast.Waits.IsZero():
		return "15s"
	case b.Waiting > 0:
		return "2s"
	}
	return "3s"
}
