package dispatch

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"textdesk/desk"
	"textdesk/providers"
)

// record stores what calls came to, as many in one commit as have come in
// meanwhile. A slot is free again only when its outcome is on disk, so that a
// crash never leaves more in doubt than there are slots. calls ends when the
// lane has drained.
func (l *lane) record(calls context.Context) {
	ctx := context.WithoutCancel(calls)
	for first := range l.results {
		batch := []desk.Outcome{first}
		for more := true; more; {
			select {
			case o, ok := <-l.results:
				if ok {
					batch = append(batch, o)
				}
				more = ok && len(batch) < cap(l.results)
			default:
				more = false
			}
		}
		l.store(ctx, calls, batch)
		for _, o := range batch {
			l.judge(ctx, o)
			if o.Last {
				l.free(1)
			}
		}
	}
}

// store keeps trying: an outcome that is lost is a message in doubt. While the
// disk is full or the database busy, the slots stay taken and nothing more
// leaves. Only when the desk is stopping does it give up, and the rows that
// stay marked become in doubt at the next start.
func (l *lane) store(ctx, calls context.Context, batch []desk.Outcome) {
	wait := 50 * time.Millisecond
	for tries := 1; ; tries++ {
		err := l.dp.desk.Record(ctx, batch)
		if err == nil {
			return
		}
		l.dp.log.Error("record outcomes", "error", err, "messages", len(batch))
		if calls.Err() != nil && tries >= 5 {
			return
		}
		if tries > 5 && l.dp.desk.Ready(ctx) == nil {
			l.storeEach(ctx, batch)
			return
		}
		pause(ctx, wait, nil)
		wait = min(2*wait, 5*time.Second)
	}
}

// storeEach is for a store that works and does not take this batch: one outcome
// that cannot be stored must not hold up the others for good. Its message is in
// doubt, because what the provider said is lost.
func (l *lane) storeEach(ctx context.Context, batch []desk.Outcome) {
	for _, o := range batch {
		err := l.dp.desk.Record(ctx, []desk.Outcome{o})
		if err == nil {
			continue
		}
		l.dp.log.Error("record one outcome", "error", err, "message", o.Message.ID)
		o.Acceptance, o.Safe = providers.Acceptance{}, false
		o.Err = &providers.Error{Kind: providers.Ambiguous, Text: "the provider's answer could not be stored"}
		if err := l.dp.desk.Record(ctx, []desk.Outcome{o}); err != nil { // in doubt at the next start, then
			l.dp.log.Error("record doubt", "error", err, "message", o.Message.ID)
		}
	}
}

// judge draws conclusions about the provider from one outcome. A call for
// several that fails as a whole is one failure.
func (l *lane) judge(ctx context.Context, o desk.Outcome) {
	now, err := time.Now(), o.Err // time that passes: a clock that is set must not keep a lane at rest
	if err != nil && !o.Last {
		if kind := providers.AsError(err).Kind; kind == providers.Temporary || kind == providers.Ambiguous {
			return
		}
	}
	verdict := l.health.note(now, err)
	if verdict == nothingNew {
		return
	}
	if verdict == wellAgain {
		if err := l.dp.desk.ProviderWell(ctx, l.row.ID); err != nil {
			l.dp.trouble(ctx, "note provider", err)
		}
		return
	}
	e := providers.AsError(err)
	l.dp.log.Warn("provider in trouble", "provider", l.row.Name, "kind", e.Kind.String(), "code", e.Code, "text", e.Text)
	if err := l.dp.desk.ProviderTrouble(ctx, l.row.ID, sentence(e.Text)); err != nil {
		l.dp.trouble(ctx, "note provider", err)
	}
}

// sentence makes the text of an error one.
func sentence(text string) string {
	if text == "" {
		return "The provider did not answer as it should."
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(text[size:], ".") + "."
}
