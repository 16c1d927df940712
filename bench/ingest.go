package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"textdesk/demo"
	"textdesk/desk"
	"textdesk/dispatch"
	"textdesk/providers"
	"textdesk/providers/simulator"
	"textdesk/sms"
)

// ingest measures what providers post, durable before the answer: replies and
// delivery reports, read from the store and applied at the same time by the
// dispatcher, while somebody looks at the outbox. Beside them stand a handler
// that does nothing but commit each request, and one that inserts the same row.
func ingest(size int) ([]figure, error) {
	each, err := commitEach(size / 4)
	if err != nil {
		return nil, err
	}
	d, err := full(20_000)
	if err != nil {
		return nil, err
	}
	defer d.close()
	ctx := context.Background()
	door, actor, err := d.callbackDoor(ctx)
	if err != nil {
		return nil, err
	}
	references, batch, err := d.submitted(ctx, actor, min(size, 20_000))
	if err != nil {
		return nil, err
	}
	address, stop, err := serveOn(desk2handler(d.Desk))
	if err != nil {
		return nil, err
	}
	defer stop()
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	dp := dispatch.New(d.Desk, dispatch.Options{Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { _ = dp.Run(work) })

	var figures []figure
	measure := func(what string, n int, body func(i int) []byte, done func() (bool, error)) error {
		watching, unwatch := context.WithCancel(ctx)
		pages := make(chan []time.Duration, 1)
		go func() { pages <- watchOutbox(watching, address) }()
		began, cpu := time.Now(), cpuTime()
		rate, err := burst(address+door, n, body)
		if err != nil {
			unwatch()
			return err
		}
		for {
			ok, err := done()
			if err != nil {
				unwatch()
				return err
			}
			if ok || time.Since(began) > 5*time.Minute {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		all, used := time.Since(began), cpuTime()-cpu
		unwatch()
		times := <-pages
		slices.Sort(times)
		figures = append(figures, figure{what: fmt.Sprintf("%s, %d callers, durable before the answer", what, callers), value: fmt.Sprintf("%.0f req/s", rate),
			reference: fmt.Sprintf("%.0f req/s, a commit each", each), ratio: fmt.Sprintf("%.1f", rate/each)},
			figure{what: fmt.Sprintf("%s, until all %d are read and applied", what, n), value: fmt.Sprintf("%.0f a second", float64(n)/all.Seconds()),
				reference: fmt.Sprintf("%.0f µs CPU, callers' too", float64(used.Microseconds())/float64(n))})
		if len(times) > 0 {
			figures = append(figures, figure{what: what + ", outbox page meanwhile, p50 / p99",
				value: fmt.Sprintf("%.1f / %.1f ms", ms(times[len(times)/2]), ms(times[len(times)*99/100]))})
		}
		return nil
	}
	drained := func() (bool, error) {
		waiting, err := d.store.CountWaitingCallbacks(ctx, 1)
		return waiting == 0, err
	}
	err = measure("replies", size, func(i int) []byte {
		return simulator.Reply{ID: fmt.Sprint("bench-", i), From: sms.MSISDN(fmt.Sprintf("+4477%08d", 10_000_000+i%len(references))), To: "60777", Body: benchReply}.Encode()
	}, drained)
	if err != nil {
		return figures, err
	}
	err = measure("delivery reports", len(references), func(i int) []byte {
		return simulator.Report{Reference: references[(i*7919)%len(references)], Status: "delivered"}.Encode()
	}, drained)
	if err != nil {
		return figures, err
	}
	b, err := d.store.Batch(ctx, batch)
	if err != nil {
		return figures, err
	}
	if b.NDelivered != int64(len(references)) {
		return figures, fmt.Errorf("%d of %d are delivered", b.NDelivered, len(references))
	}
	for _, rate := range []int{1000, 2000} {
		times, err := steady(address+door, rate, 8*time.Second)
		if err != nil {
			return figures, err
		}
		figures = append(figures, figure{what: fmt.Sprintf("replies at %d a second, p50 / p99", rate),
			value: fmt.Sprintf("%.1f / %.1f ms", ms(times[len(times)/2]), ms(times[len(times)*99/100]))})
	}
	return figures, nil
}

const benchReply = "Yes, we will be there. Thank you!"

// callbackDoor is the path where the simulator posts, and the administrator.
func (d *benchDesk) callbackDoor(ctx context.Context) (path string, admin desk.Actor, err error) {
	user, err := d.store.UserByName(ctx, demo.Username)
	if err != nil {
		return "", admin, err
	}
	admin = desk.Actor{User: user, Door: "bench", Address: "bench"}
	rows, err := d.Providers(ctx, admin)
	if err != nil {
		return "", admin, err
	}
	path, err = d.CallbackPath(admin, rows[0])
	return path, admin, err
}

// submitted sends to so many, has a provider take them all, and returns their
// references.
func (d *benchDesk) submitted(ctx context.Context, admin desk.Actor, n int) (references []string, batch int64, err error) {
	if err := d.SaveQuietHours(ctx, desk.CommandLine(), desk.QuietHours{Off: true}); err != nil {
		return nil, 0, err
	}
	to := make([]string, n)
	for i := range to {
		to[i] = fmt.Sprintf("+4477%08d", 10_000_000+i)
	}
	sent, err := d.Send(ctx, admin, desk.Order{To: to, Sender: "SCHOOL", Body: benchText})
	if err != nil {
		return nil, 0, err
	}
	rows, err := d.Providers(ctx, admin)
	if err != nil {
		return nil, 0, err
	}
	for len(references) < n {
		claimed, err := d.Claim(ctx, rows[0].ID, 0, 1000)
		if err != nil || len(claimed) == 0 {
			return nil, 0, fmt.Errorf("claim: %d after %d: %w", len(claimed), len(references), err)
		}
		marked, err := d.Mark(ctx, claimed)
		if err != nil {
			return nil, 0, err
		}
		var outcomes []desk.Outcome
		for _, m := range marked {
			ref := fmt.Sprintf("bench-%d", m.ID)
			outcomes = append(outcomes, desk.Outcome{Message: m, Acceptance: providers.Acceptance{References: []string{ref}}, Last: true})
			if m.BatchID == sent.BatchID {
				references = append(references, ref)
			}
		}
		if err := d.Record(ctx, outcomes); err != nil {
			return nil, 0, err
		}
	}
	return references, sent.BatchID, nil
}

// burst posts n bodies from many callers as fast as they are answered.
func burst(address string, n int, body func(i int) []byte) (float64, error) {
	bodies := make([]string, n) // made before the clock starts
	for i := range bodies {
		bodies[i] = string(body(i))
	}
	return post(address, n, func(i int) string { return bodies[i-1] })
}

// steady posts so many replies a second and returns how long each waited for its
// answer, in order.
func steady(address string, perSecond int, d time.Duration) ([]time.Duration, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxConnsPerHost: 256}}
	defer client.CloseIdleConnections()
	n := int(d.Seconds()) * perSecond
	times := make([]time.Duration, n)
	var failed atomic.Int64
	var work sync.WaitGroup
	began := time.Now()
	for i := range n {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
		time.Sleep(time.Until(due))
		work.Go(func() {
			body := simulator.Reply{ID: fmt.Sprintf("steady-%d-%d", perSecond, i), From: "+447700900124", To: "60777", Body: benchReply}.Encode()
			resp, err := client.Post(address, "application/x-www-form-urlencoded", strings.NewReader(string(body)))
			if err != nil {
				failed.Add(1)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				failed.Add(1)
			}
			times[i] = time.Since(due)
		})
	}
	work.Wait()
	if failed.Load() > 0 {
		return nil, fmt.Errorf("%d of %d were refused", failed.Load(), n)
	}
	slices.Sort(times)
	return times, nil
}

// watchOutbox reads the outbox's first page ten times a second until ctx ends.
func watchOutbox(ctx context.Context, address string) (times []time.Duration) {
	client, err := signedIn(address)
	if err != nil {
		return nil
	}
	defer client.CloseIdleConnections()
	for ctx.Err() == nil {
		began := time.Now()
		resp, err := client.Get(address + "/outbox")
		if err != nil {
			return times
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		times = append(times, time.Since(began))
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	return times
}

// commitEach is an Echo handler that inserts what is posted and commits it, one
// commit a request, with the same durability.
func commitEach(size int) (float64, error) {
	dir, err := os.MkdirTemp("", "textdesk-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	store, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate")
	if err != nil {
		return 0, err
	}
	defer store.Close()
	store.SetMaxOpenConns(1)
	if _, err := store.Exec("CREATE TABLE callbacks (id INTEGER PRIMARY KEY, body BLOB) STRICT"); err != nil {
		return 0, err
	}
	insert, err := store.Prepare("INSERT INTO callbacks (body) VALUES (?)")
	if err != nil {
		return 0, err
	}
	e := echo.New()
	e.POST("/in", func(c echo.Context) error {
		body, err := io.ReadAll(c.Request().Body)
		if err != nil {
			return err
		}
		if _, err := insert.Exec(body); err != nil {
			return err
		}
		return c.String(http.StatusOK, "OK")
	})
	address, stop, err := serveOn(e)
	if err != nil {
		return 0, err
	}
	defer stop()
	return burst(address+"/in", size, func(i int) []byte {
		return simulator.Reply{ID: fmt.Sprint("bench-", i), From: "+447700900123", To: "60777", Body: benchReply}.Encode()
	})
}
