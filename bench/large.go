package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/dispatch"
	"textdesk/sms"
)

// large measures one mail merge to so many people, through a provider that takes
// 100 messages a second: how long the order is read, the click on Send, the
// first text, until every message is durable, and what others wait meanwhile.
func large(size int) ([]figure, error) {
	size = min(size, desk.MaxRecipients)
	bare, err := bareRows(size)
	if err != nil {
		return nil, err
	}
	upstream, stop, err := startUpstream(0)
	if err != nil {
		return nil, err
	}
	defer stop()
	d, err := newDesk(upstream, 64)
	if err != nil {
		return nil, err
	}
	defer d.close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	rate := 100.0
	if err := d.ChangeProvider(ctx, desk.CommandLine(), "up", desk.ProviderChange{Rate: &rate}); err != nil {
		return nil, err
	}
	if err := d.SaveQuietHours(ctx, desk.CommandLine(), desk.QuietHours{Off: true}); err != nil {
		return nil, err
	}
	list, err := d.everybody(ctx, size)
	if err != nil {
		return nil, err
	}
	var work sync.WaitGroup
	dp := dispatch.New(d.Desk, dispatch.Options{Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	work.Go(func() { _ = dp.Run(ctx) })
	defer work.Wait()
	defer cancel()
	if err := d.store.Checkpoint(ctx); err != nil {
		return nil, err
	}
	forgetPeak()

	began := time.Now()
	id, err := d.Prepare(ctx, d.actor, desk.Order{Lists: []int64{list}, Sender: "SCHOOL", Fill: true, SubmitKey: "bench",
		Body: "Dear ((Name)), ((MM1)) is off tomorrow because of the snow. We write again by noon."}, "{}")
	if err != nil {
		return nil, err
	}
	for {
		p, err := d.Prepared(ctx, d.actor, id)
		if err != nil {
			return nil, err
		}
		if p.State == desk.Ready {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	read, readPeak := time.Since(began), peak()
	forgetPeak()
	others, err := d.others(ctx)
	if err != nil {
		return nil, err
	}
	began = time.Now()
	sent, err := d.SendPrepared(ctx, d.actor, id, true)
	if err != nil {
		return nil, err
	}
	click, first := time.Since(began), time.Duration(0)
	for {
		b, err := d.store.Batch(ctx, sent.BatchID)
		if err != nil {
			return nil, err
		}
		if first == 0 && b.NSubmitted+b.NSent+b.NDelivered > 0 {
			first = time.Since(began)
		}
		if b.NStaged == 0 && first > 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	durable := time.Since(began)
	time.Sleep(5 * time.Second) // it runs on, for the others
	pages, texts, err := others.stop()
	if err != nil {
		return nil, err
	}
	reference := fmt.Sprintf("%.2f s bare rows", bare.Seconds())
	ratio := func(took time.Duration) string { return fmt.Sprintf("%.1f", took.Seconds()/bare.Seconds()) }
	both := func(times []time.Duration) string {
		return fmt.Sprintf("%.1f / %.1f ms", ms(times[len(times)/2]), ms(times[len(times)*99/100]))
	}
	what := func(text string) string { return fmt.Sprintf(text, size) }
	return []figure{
		{what: what("mail merge to %d, read until it can be checked"), value: fmt.Sprintf("%.1f s", read.Seconds()), reference: reference, ratio: ratio(read)},
		{what: what("… to %d, the click on Send until its answer"), value: fmt.Sprintf("%.0f ms", ms(click))},
		{what: what("… to %d, until the first text is out"), value: fmt.Sprintf("%.0f ms", ms(first))},
		{what: what("… to %d, until every message is durable"), value: fmt.Sprintf("%.1f s", durable.Seconds()), reference: reference, ratio: ratio(durable)},
		{what: what("… to %d, peak memory while it is read; while it is accepted and sent"), value: readPeak + "; " + peak()},
		{what: what("outbox while %d are accepted and sent, p50 / p99"), value: both(pages)},
		{what: what("single text over /api while %d are accepted and sent, p50 / p99"), value: both(texts)},
	}, nil
}

// everybody is a list of so many people, in no order of their numbers.
func (d *benchDesk) everybody(ctx context.Context, size int) (int64, error) {
	list, err := d.AddList(ctx, d.actor, "Everybody")
	if err != nil {
		return 0, err
	}
	entries := make([]db.ListEntry, 0, 5000)
	for i := range size {
		entries = append(entries, db.ListEntry{Number: sms.MSISDN(fmt.Sprintf("+4477%08d", (i*7_919)%100_000_000)), Name: fmt.Sprintf("Person %d", i), Mm1: "swimming", Fields: "{}"})
		if len(entries) < cap(entries) && i < size-1 {
			continue
		}
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.PutEntries(ctx, list, entries)
			return err
		})
		if err != nil {
			return 0, err
		}
		entries = entries[:0]
	}
	return list, nil
}

// others are people who look at the outbox and scripts that send single texts,
// twenty a second of each.
type others struct {
	quit         chan struct{}
	close        func()
	work         sync.WaitGroup
	pages, texts []time.Duration
	err          error
	mu           sync.Mutex
}

func (d *benchDesk) others(ctx context.Context) (*others, error) {
	token, err := d.NewKey(ctx, d.actor, "bench")
	if err != nil {
		return nil, err
	}
	session, err := d.AddUser(ctx, desk.CommandLine(), desk.NewUser{Username: "looks", Password: "correct horse battery", Level: desk.LevelAdmin, Unlimited: true})
	if err != nil {
		return nil, fmt.Errorf("add user %d: %w", session, err)
	}
	address, stop, err := serveOn(desk2handler(d.Desk))
	if err != nil {
		return nil, err
	}
	client, err := signedInAs(address, "looks", "correct horse battery")
	if err != nil {
		return nil, err
	}
	o := &others{quit: make(chan struct{})}
	every := func(into *[]time.Duration, do func(i int) (*http.Response, error)) {
		o.work.Go(func() {
			tick := time.NewTicker(50 * time.Millisecond)
			defer tick.Stop()
			for i := 0; ; i++ {
				select {
				case <-o.quit:
					return
				case <-tick.C:
				}
				began := time.Now()
				resp, err := do(i)
				if err == nil {
					var body []byte
					body, err = io.ReadAll(resp.Body)
					_ = resp.Body.Close()
					if resp.StatusCode != http.StatusOK || strings.HasPrefix(string(body), "-") {
						err = fmt.Errorf("answered %s: %.100s", resp.Status, body)
					}
				}
				o.mu.Lock()
				if *into = append(*into, time.Since(began)); err != nil {
					o.err = err
				}
				o.mu.Unlock()
			}
		})
	}
	every(&o.pages, func(int) (*http.Response, error) { return client.Get(address + "/outbox") })
	every(&o.texts, func(i int) (*http.Response, error) {
		return http.Post(address+"/api", "application/x-www-form-urlencoded", strings.NewReader(form("Token", token, "Action", "Send",
			"DestinationAddress", fmt.Sprintf("4479%08d", 11_000_000+i), "SourceAddress", "SCHOOL", "Body", benchText)))
	})
	o.close = stop
	return o, nil
}

func (o *others) stop() (pages, texts []time.Duration, err error) {
	close(o.quit)
	o.work.Wait()
	o.close() // when nobody asks any more
	slices.Sort(o.pages)
	slices.Sort(o.texts)
	return o.pages, o.texts, o.err
}

// forgetPeak has the system measure the peak of this process's memory anew.
func forgetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600) }

// peak is the most memory that this process has had since.
func peak() string {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kilobytes, _ := strconv.Atoi(strings.Fields(rest)[0])
	return fmt.Sprintf("%d MiB", kilobytes>>10)
}
