package dispatch

import (
	"path/filepath"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/desk"
)

// A backup that was made in the middle of a send is put back after the send was
// over: nobody is texted twice, whatever the backup believes.
func TestARestoreTextsNobodyTwice(t *testing.T) {
	up := newUpstream(t)
	up.SetLatency(5 * time.Millisecond)
	o := newOffice(t)
	o.fastsms("up", up.url, setup{concurrency: 2})
	ctx := t.Context()
	later, err := o.Send(ctx, o.admin, desk.Order{To: []string{"+447700900999"}, Sender: "SCHOOL", Body: "Tomorrow.", SendAt: time.Now().Add(24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	o.run()
	sent := o.send(0, 120)
	o.batch(sent.BatchID, "half sent", func(b db.Batch) bool { return left(b) < 80 })
	backup, err := o.BackupTo(ctx, desk.CommandLine(), filepath.Join(o.dir, "mid.db"))
	if err != nil {
		t.Fatal(err)
	}
	o.batch(sent.BatchID, "sent", gone)
	up.once(t, 120)

	o.stop()
	if err := o.store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Restore(ctx, o.dir, backup.Path, db.At(time.Now()), func(string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	o.open()
	o.run()
	b, err := o.store.Batch(ctx, sent.BatchID)
	if err != nil || left(b) == 0 {
		t.Fatalf("the backup was not made in the middle: %+v, %v", b, err)
	}
	fresh := o.send(5000, 3) // accepted, and waits
	time.Sleep(2 * refresh)
	up.once(t, 120)

	due, err := o.WaitingAfterRestore(ctx, o.admin)
	if err != nil || due.Sends < 2 || due.Planned != 1 {
		t.Errorf("what is due: %+v, %v", due, err)
	}
	held, err := o.ReleaseSending(ctx, o.admin)
	if err != nil || held != 1 {
		t.Fatalf("%d sends stay held, %v; want the one that was under way", held, err)
	}
	o.batch(fresh.BatchID, "sent", gone)
	time.Sleep(50 * time.Millisecond)
	up.once(t, 123)
	if b, err = o.store.Batch(ctx, sent.BatchID); err != nil || !desk.HeldAfterRestore(b) || b.NQueued == 0 {
		t.Errorf("what waited in the backup: %+v, %v", b, err)
	}
	if b, err := o.store.Batch(ctx, later.BatchID); err != nil || b.HeldAt != 0 || b.NScheduled != 1 {
		t.Errorf("what is planned for tomorrow: %+v, %v", b, err)
	}
	// A person may say go, once.
	if _, err := o.ReleaseSending(ctx, o.admin); err == nil {
		t.Error("sending was released twice")
	}
	if err := o.Release(ctx, o.admin, sent.BatchID); err != nil {
		t.Fatal(err)
	}
	o.batch(sent.BatchID, "sent", gone)
}

// Backups are made by themselves at their time, the oldest give way, and one
// that fails is said.
func TestBackupsByThemselves(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	now := time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)
	o.reopenAt(func() time.Time { return now })
	if err := o.SaveBackupPlan(ctx, desk.CommandLine(), desk.BackupPlan{At: 150, Keep: 3}); err != nil {
		t.Fatal(err)
	}
	made := 0
	for range 24 * 6 { // six days of hours
		ok, err := o.RunBackups(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			made++
			if h := now.UTC().Hour(); h != 2 { // 02:30 in London in summer is 01:30 UTC
				t.Errorf("made at %v", now)
			}
		}
		now = now.Add(time.Hour)
	}
	all, err := o.Backups(desk.CommandLine())
	if err != nil || made != 6 || len(all) != 3 {
		t.Errorf("%d made, %d kept, %v; want 6 and 3", made, len(all), err)
	}
	if _, err := o.BackupTo(ctx, o.admin, filepath.Join(o.dir, "no", "\x00", "such.db")); err == nil {
		t.Error("a backup to nowhere succeeded")
	}
}

// reopenAt opens the office anew with another clock.
func (o *office) reopenAt(clock func() time.Time) {
	o.t.Helper()
	vault, err := desk.OpenVault(o.dir, "")
	if err != nil {
		o.t.Fatal(err)
	}
	o.Desk = desk.New(desk.Options{Store: o.store, Vault: vault, Types: o.types, Clock: clock})
}
