package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"textdesk/desk"
	"textdesk/views"
	"textdesk/views/ui"
)

// system shows how the desk itself is doing.
func (v *visit) system() error {
	return v.systemPage(http.StatusOK, v.storedBackups())
}

// backUpNow has a backup made. The engine makes it: a large desk takes longer
// than anybody waits for a page.
func (v *visit) backUpNow() error {
	err := v.s.Desk.AskForBackup(v.Request().Context(), v.actor)
	if errors.Is(err, desk.ErrBackupRuns) {
		return v.back("/system", "%s", desk.Refusals(err)[0].Sentence)
	}
	if err != nil {
		return err
	}
	return v.back("/system", "A backup is being made. You can leave this page meanwhile.")
}

// backupLive is the part of the page that tells of a backup under way. When it is
// over it has the browser come back to the page.
func (v *visit) backupLive() error {
	b, err := v.s.Desk.BackupState(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	if b.Asked.IsZero() && b.Running.IsZero() {
		v.Response().Header().Set("HX-Redirect", link(v.Request().Context(), "/system"))
		return v.NoContent(http.StatusOK)
	}
	return render(v.Context, http.StatusOK, views.BackupLive(backupUnderWay(b, v.now())))
}

func backupUnderWay(b desk.BackupState, now time.Time) views.BackupUnderWay {
	return views.BackupUnderWay{Now: now, Asked: b.Asked, Running: b.Running}
}

// saveBackups stores when backups are made.
func (v *visit) saveBackups() error {
	typed := views.BackupForm{On: v.FormValue("on") != "", At: v.FormValue("at"), Keep: v.FormValue("keep"), Zone: views.ZoneWords(v.set.Zone)}
	plan := desk.BackupPlan{Off: !typed.On, At: desk.ReadClock(typed.At)}
	plan.Keep, _ = strconv.Atoi(strings.TrimSpace(typed.Keep)) // nonsense is refused as 0 is
	err := v.s.Desk.SaveBackupPlan(v.Request().Context(), v.actor, plan)
	if typed.Errors, err = fieldErrors(err); err != nil {
		return err
	}
	if len(typed.Errors) > 0 {
		return v.systemPage(http.StatusUnprocessableEntity, typed)
	}
	if plan.Off {
		return v.back("/system", "No backups are made by themselves any more.")
	}
	return v.back("/system", "A backup is made every day at %s, and the last %d are kept.", clock(plan.At), plan.Keep)
}

func (v *visit) storedBackups() views.BackupForm {
	p := v.set.Backups
	return views.BackupForm{On: !p.Off, At: clock(p.At), Keep: strconv.Itoa(p.Keep), Zone: views.ZoneWords(v.set.Zone)}
}

func (v *visit) systemPage(status int, plan views.BackupForm) error {
	s, err := v.s.Desk.System(v.Request().Context(), v.actor)
	if err != nil {
		return err
	}
	page, err := v.page("System", "/system")
	if err != nil {
		return err
	}
	page.HasErrors = len(plan.Errors) > 0
	now := v.s.Desk.Now().In(v.set.Zone)
	view := views.System{Now: now, Version: v.s.Version, Schema: s.Version, Directory: s.Directory, Bytes: s.Bytes, Free: s.Free,
		FreeForBackups: s.FreeForBackups, LowDisk: s.LowDisk(), Sends: s.Sends, Waiting: s.Waiting, Planned: s.Planned, InFlight: s.InFlight,
		InDoubt: s.InDoubt, Plan: plan, LastBackup: s.Backup.At, Failed: s.Backup.FailedAt, Problem: s.Backup.Problem, Left: s.Backup.Left,
		BackupsIn: s.BackupDirectory, HeldSince: s.RestoredAt, UnderWay: backupUnderWay(s.Backup, now)}
	for _, b := range s.Backups {
		view.Backups = append(view.Backups, views.BackupRow{Name: b.Name(), At: b.At, Bytes: b.Bytes, Upgrade: b.Upgrade})
	}
	for _, w := range s.Workers {
		if w.Name == "backups" && !s.Backup.Running.IsZero() {
			w.At = now // one of a large desk takes long, and is not stuck
		}
		view.Workers = append(view.Workers, views.SystemPart{Name: strings.ToUpper(w.Name[:1]) + w.Name[1:], At: w.At, Status: views.WorkerStatus(w.At, now)})
	}
	for _, p := range s.Providers {
		view.Providers = append(view.Providers, views.SystemPart{Name: p.Name, At: max(p.OkAt, p.ErrorAt).Time(), Path: "/providers", Status: views.ProviderHealth(p.OkAt.Time(), p.ErrorAt.Time())})
	}
	return render(v.Context, status, views.SystemPage(page, view))
}

// restored says what is due in a desk that was restored from a backup.
func (v *visit) restored() error {
	r, err := v.s.Desk.WaitingAfterRestore(v.Request().Context(), v.actor)
	if errors.Is(err, desk.ErrSendingGoesOn) { // somebody else was faster
		return v.back("/system", "%s", desk.ErrSendingGoesOn.Sentence)
	}
	if err != nil {
		return err
	}
	page, err := v.page("Let this desk send again?", "/system")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	now := v.s.Desk.Now().In(v.set.Zone)
	view := views.Restored{At: r.At, Now: now, Sends: r.Sends, Texts: r.Texts, Planned: r.Planned, Repeating: r.Repeating, More: r.More}
	for _, b := range r.Waiting {
		view.Waiting = append(view.Waiting, views.RestoredSend{ID: b.ID, Body: b.Body, Waiting: b.NQueued + b.NScheduled, SendAt: b.SendAt.Time(),
			Made: b.CreatedAt.Time(), Due: b.NQueued > 0 || !b.SendAt.Time().After(now)})
	}
	return render(v.Context, http.StatusOK, views.RestoredPage(page, view))
}

// releaseSending lets it send again.
func (v *visit) releaseSending() error {
	held, err := v.s.Desk.ReleaseSending(v.Request().Context(), v.actor)
	if errors.Is(err, desk.ErrSendingGoesOn) {
		return v.back("/system", "%s", desk.ErrSendingGoesOn.Sentence)
	}
	if err != nil {
		return err
	}
	if held == 0 {
		return v.back("/system", "The desk sends again. Nothing was waiting.")
	}
	return v.back("/outbox", "The desk sends again. %s from before the restore, to be released or stopped one by one.", views.Plural(held, "send is held", "sends are held"))
}
