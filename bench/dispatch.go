package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/dispatch"
	"textdesk/providers"
	"textdesk/providers/all"
)

// dispatchRates measures messages a second from the queue to the provider,
// every state change durable, against a client that only calls.
func dispatchRates(size int) ([]figure, error) {
	var figures []figure
	for _, c := range []struct {
		latency     time.Duration
		concurrency int
		messages    int
	}{{0, 8, size}, {0, 64, size}, {50 * time.Millisecond, 64, size / 4}, {50 * time.Millisecond, 256, size / 2}} {
		f, err := dispatchRate(c.latency, c.concurrency, c.messages)
		if err != nil {
			return figures, err
		}
		figures = append(figures, f)
	}
	return figures, nil
}

func dispatchRate(latency time.Duration, concurrency, messages int) (figure, error) {
	upstream, stop, err := startUpstream(latency)
	if err != nil {
		return figure{}, err
	}
	defer stop()
	bare := bareRate(upstream, concurrency, messages)
	d, err := newDesk(upstream, concurrency)
	if err != nil {
		return figure{}, err
	}
	defer d.close()
	batch, err := d.enqueue(messages)
	if err != nil {
		return figure{}, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	dp := dispatch.New(d.Desk, dispatch.Options{Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	var work sync.WaitGroup
	began, cpu := time.Now(), cpuTime()
	work.Go(func() { err = dp.Run(ctx) })
	for {
		time.Sleep(5 * time.Millisecond)
		b, err := d.store.Batch(ctx, batch)
		if err != nil {
			return figure{}, err
		}
		if b.NSubmitted == int64(messages) {
			break
		}
		if time.Since(began) > 5*time.Minute {
			return figure{}, fmt.Errorf("only %d of %d were sent in five minutes", b.NSubmitted, messages)
		}
	}
	took, used := time.Since(began), cpuTime()-cpu
	cancel()
	work.Wait()
	rate := float64(messages) / took.Seconds()
	f := figure{what: fmt.Sprintf("dispatch, %v provider, %d in flight, durable", latency, concurrency),
		value: fmt.Sprintf("%.0f msg/s", rate), reference: fmt.Sprintf("%.0f calls/s bare", bare), ratio: fmt.Sprintf("%.2f", rate/bare)}
	f.what += fmt.Sprintf(", %.0f µs CPU", float64(used.Microseconds())/float64(messages))
	return f, err
}

// bareRate only calls, with the same client.
func bareRate(upstream string, concurrency, calls int) float64 {
	client := providers.NewHTTPClient(concurrency)
	form := url.Values{"Token": {"t"}, "Action": {"Send"}, "DestinationAddress": {"447700900123"}, "SourceAddress": {"SCHOOL"}, "Body": {benchText}}.Encode()
	jobs := make(chan int)
	var work sync.WaitGroup
	began := time.Now()
	for range concurrency {
		work.Go(func() {
			for range jobs {
				resp, err := client.Post(upstream, "application/x-www-form-urlencoded", strings.NewReader(form))
				if err == nil {
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
			}
		})
	}
	for i := range calls {
		jobs <- i
	}
	close(jobs)
	work.Wait()
	client.CloseIdleConnections()
	return float64(calls) / time.Since(began).Seconds()
}

const benchText = "School is closed tomorrow because of the snow. Please keep your children at home; we write again by noon."

// benchDesk is a desk in a temporary directory with one provider.
type benchDesk struct {
	*desk.Desk
	store *db.Store
	dir   string
	actor desk.Actor
}

// emptyDesk is a desk without anything, in a directory of its own.
func emptyDesk(ctx context.Context) (*benchDesk, error) {
	dir, err := os.MkdirTemp("", "textdesk-bench-")
	if err != nil {
		return nil, err
	}
	vault, err := desk.OpenVault(dir, "")
	if err != nil {
		return nil, err
	}
	store, err := db.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	return &benchDesk{Desk: desk.New(desk.Options{Store: store, Vault: vault, Types: all.Types()}), store: store, dir: dir}, nil
}

func newDesk(upstream string, concurrency int) (*benchDesk, error) {
	ctx := context.Background()
	d, err := emptyDesk(ctx)
	if err != nil {
		return nil, err
	}
	rate := 0.0
	if _, err := d.AddProvider(ctx, desk.CommandLine(), desk.NewProvider{Name: "up", Kind: "fastsms", Default: true, Rate: &rate,
		Concurrency: concurrency, Settings: providers.Settings{"url": upstream, "token": "t"}}); err != nil {
		return nil, err
	}
	id, err := d.AddUser(ctx, desk.CommandLine(), desk.NewUser{Username: "bench", Password: "correct horse battery", Level: desk.LevelAdmin, Unlimited: true})
	if err != nil {
		return nil, err
	}
	if err := d.SaveQuietHours(ctx, desk.CommandLine(), desk.QuietHours{Off: true}); err != nil { // it is measured at night too
		return nil, err
	}
	user, err := d.store.User(ctx, id)
	d.actor = desk.Actor{User: user, Door: "bench", Address: "bench"}
	return d, err
}

func (d *benchDesk) close() {
	_ = d.store.Close()
	_ = os.RemoveAll(d.dir)
}

// enqueue accepts one batch.
func (d *benchDesk) enqueue(messages int) (int64, error) {
	to := make([]string, messages)
	for i := range to {
		to[i] = fmt.Sprintf("+4477%08d", 10_000_000+i)
	}
	sent, err := d.Send(context.Background(), d.actor, desk.Order{To: to, Sender: "SCHOOL", Body: benchText})
	return sent.BatchID, err
}

// cpuTime is what this process has used so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
