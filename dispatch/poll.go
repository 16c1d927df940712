package dispatch

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"textdesk/desk"
	"textdesk/providers"
)

const (
	// pollEvery is how often a lane looks whether something should be asked.
	pollEvery = time.Second
	// pollSize bounds how many messages are looked at in one round, and
	// reportSize does where one report answers for all of them.
	pollSize   = 500
	reportSize = 5000
	// pollTime is how long a provider may take over one question, and
	// reportTime over a report.
	pollTime   = 30 * time.Second
	reportTime = time.Minute
	// pollRate is how many questions a second a provider without a limit is
	// asked, and pollShare how much of its pace one with a limit is while texts
	// leave: these come first.
	pollRate  = 20
	pollShare = 0.25
	// reportFrom is how many messages make a report worth its while, and
	// reportEvery how often there is one.
	reportFrom  = 20
	reportEvery = 10 * time.Second
	// reportGap parts the times that reports are asked for, which are no longer
	// than reportSpan; reportMargin is for a service whose clock is not ours.
	reportGap    = 30 * time.Minute
	reportSpan   = 12 * time.Hour
	reportMargin = 10 * time.Minute
	// untold is how many of the messages that a report left out are asked about
	// one by one after it; the others wait for untoldWait.
	untold     = 40
	untoldWait = 30 * time.Second
	// deaf is how many reports in a row may say nothing of what they were asked
	// for, or nothing that can be read, until none is asked for deafFor.
	deaf    = 3
	deafFor = time.Hour
)

// newQuestions is the pace of questions beside texts.
func newQuestions(perSecond float64) *pace {
	if perSecond <= 0 {
		return newPace(pollRate)
	}
	return newPace(perSecond * pollShare)
}

// mayAsk waits until the provider may be asked something: questions are no
// texts, but calls all the same, so they keep to its pace together with them.
func (l *lane) mayAsk(ctx context.Context) bool {
	if l.row.Rate <= 0 || l.busy() {
		if !l.questions.wait(ctx) {
			return false
		}
	}
	return l.pace.wait(ctx) && waitFor(ctx, l.gate.take)
}

// poll asks the provider about what it has accepted.
func (l *lane) poll(ctx context.Context, poller providers.StatusPoller) {
	size := pollSize
	if l.row.Rate > 0 { // what can be asked in a second
		size = min(size, max(1, int(l.row.Rate))*max(1, poller.PollLimit()))
	}
	reporter, reports := l.provider.(providers.StatusReporter)
	r := &reportsOf{reporter: reporter}
	for ctx.Err() == nil {
		if rest := l.health.hold(time.Now()); rest > 0 {
			pause(ctx, rest, nil)
			continue
		}
		look := size
		if reports && time.Now().After(r.useless) {
			look = reportSize
		}
		due, err := l.dp.desk.DueForPoll(ctx, l.row.ID, look)
		answered := true
		switch {
		case err != nil:
			l.dp.trouble(ctx, "look for messages to poll", err)
		case look == reportSize && due.Len() >= reportFrom:
			if wait := reportEvery - time.Since(r.last); wait > 0 && !r.last.IsZero() {
				pause(ctx, wait, nil)
				continue
			}
			answered, err = l.pollByReport(ctx, poller, r, due)
		case due.Any():
			var receipts []providers.Receipt
			receipts, answered = l.ask(ctx, poller, due.References)
			err = l.dp.desk.Polled(context.WithoutCancel(ctx), l.row.ID, due, receipts)
		}
		if err != nil {
			l.dp.trouble(ctx, "apply receipts", err)
		}
		if err != nil || !answered || due.Len() < look {
			pause(ctx, pollEvery, nil)
		}
	}
}

// reportsOf is what is known of a provider's reports.
type reportsOf struct {
	reporter providers.StatusReporter
	last     time.Time
	silent   int       // reports in a row that said nothing of what was asked
	useless  time.Time // none will help until then
}

// pollByReport asks for reports of the times in which the messages were sent,
// and then one by one about a few of those that the reports left out.
func (l *lane) pollByReport(ctx context.Context, poller providers.StatusPoller, r *reportsOf, due desk.Polling) (answered bool, err error) {
	keep := context.WithoutCancel(ctx)
	wanted := make(map[string]bool, len(due.References))
	for _, ref := range due.References {
		wanted[ref] = true
	}
	told, answered := map[string]bool{}, true
	var receipts []providers.Receipt
	for spans := due.Spans(reportGap, reportSpan); len(spans) > 0 && answered && ctx.Err() == nil; {
		span := spans[0]
		spans = spans[1:]
		found, err := l.report(ctx, r.reporter, span)
		if errors.Is(err, providers.ErrTooLong) && span.To.Sub(span.From) > time.Minute {
			middle := span.From.Add(span.To.Sub(span.From) / 2)
			spans = append([]desk.Span{{From: span.From, To: middle}, {From: middle, To: span.To}}, spans...)
			continue
		}
		if err != nil {
			if answered = !l.unanswered("report failed", err); answered && providers.AsError(err).Kind == providers.Rejected { // it has none
				r.silent = deaf
			}
			spans = nil
		}
		for _, receipt := range found { // it holds everybody's
			if wanted[receipt.Reference] {
				told[receipt.Reference] = true
				receipts = append(receipts, receipt)
			}
		}
	}
	r.last = time.Now()
	switch {
	case len(told) > 0:
		r.silent = 0
	case answered:
		r.silent++
	}
	if r.silent >= deaf {
		r.silent, r.useless = 0, r.last.Add(deafFor)
		l.dp.log.Warn("its reports say nothing of our texts, so it is asked about each of them", "provider", l.row.Name)
	}
	mentioned, rest := due.Split(told)
	if err := l.dp.desk.Polled(keep, l.row.ID, mentioned, receipts); err != nil {
		return answered, err
	}
	if !answered || !rest.Any() {
		return answered, nil
	}
	some, rest := rest.Some(untold)
	receipts, answered = l.ask(ctx, poller, some.References)
	if err := l.dp.desk.Polled(keep, l.row.ID, some, receipts); err != nil {
		return answered, err
	}
	return answered, l.dp.desk.PutOff(keep, l.row.ID, rest, untoldWait)
}

func (l *lane) report(ctx context.Context, reporter providers.StatusReporter, span desk.Span) (found []providers.Receipt, err error) {
	if !l.mayAsk(ctx) {
		return nil, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, reportTime)
	defer cancel()
	defer l.mistake(&err)
	return reporter.ReportStatus(ctx, span.From.Add(-reportMargin), span.To.Add(reportMargin))
}

// ask asks in as many calls as the provider needs, and returns what it got: a
// failed call is only a question to ask again. It is not answered when the
// provider could not be asked at all.
func (l *lane) ask(ctx context.Context, poller providers.StatusPoller, references []string) (all []providers.Receipt, answered bool) {
	size := max(1, poller.PollLimit())
	for len(references) > 0 && ctx.Err() == nil {
		n := min(size, len(references))
		if !l.mayAsk(ctx) {
			return all, false
		}
		receipts, err := l.askOnce(ctx, poller, references[:n])
		all = append(all, receipts...)
		if err != nil && l.unanswered("poll failed", err) {
			return all, false
		}
		references = references[n:]
	}
	return all, true
}

func (l *lane) askOnce(ctx context.Context, poller providers.StatusPoller, references []string) (receipts []providers.Receipt, err error) {
	ctx, cancel := context.WithTimeout(ctx, pollTime)
	defer cancel()
	defer l.mistake(&err)
	return poller.PollStatus(ctx, references)
}

// unanswered logs why a question failed, and reports whether the next would
// fail as well.
func (l *lane) unanswered(what string, err error) bool {
	e := providers.AsError(err)
	l.dp.log.Debug(what, "provider", l.row.Name, "kind", e.Kind.String(), "code", e.Code, "text", e.Text)
	return e.Kind == providers.Unauthorised || e.Kind == providers.Temporary || e.Kind == providers.Throttled
}

// mistake makes an error of a panic in a provider's code: one provider's mistake
// must not end the desk.
func (l *lane) mistake(err *error) {
	if p := recover(); p != nil {
		l.dp.log.Error("the provider's code panicked", "provider", l.row.Name, "panic", p, "stack", string(debug.Stack()))
		*err = fmt.Errorf("the provider's code panicked: %v", p)
	}
}
