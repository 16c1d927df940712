package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"time"

	"textdesk/demo"
	"textdesk/desk"
)

// full is a desk with a month of history in a directory of its own.
func full(size int) (*benchDesk, error) {
	ctx := context.Background()
	d, err := emptyDesk(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.EnsureProvider(ctx); err != nil {
		return nil, err
	}
	return d, demo.Fill(ctx, d.Desk, d.store, size)
}

// admin is the administrator of a full desk.
func (d *benchDesk) admin(ctx context.Context) (desk.Actor, error) {
	user, err := d.store.UserByName(ctx, demo.Username)
	return desk.Actor{User: user, Door: "bench", Address: "bench"}, err
}

// pageTimes measures whole pages as a browser gets them, one after the other,
// on an idle desk, against the stored bytes of a page of the same size.
func pageTimes(size int) ([]figure, error) {
	d, err := full(size)
	if err != nil {
		return nil, err
	}
	defer d.close()
	client, address, stop, err := d.visited()
	if err != nil {
		return nil, err
	}
	defer stop()
	middle := fmt.Sprint(10_000_000 + size/2)
	return timed(client, address, []page{
		{"home", "/"},
		{"home, the part that renews itself", "/home/live"},
		{"reports, last seven days", "/reports/messages"},
		{"reports, last month", "/reports/messages?period=last-month"},
		{"reports, what failed since 2020", "/reports/failed?from=2020-01-01"},
		{"reports, usage of the last month", "/reports/usage?period=last-month"},
		{"reports, received in the last month", "/reports/inbound?period=last-month"},
		{"reports, one number since 2020", "/reports/messages?from=2020-01-01&q=07700900123"},
		{"outbox, first page", "/outbox"},
		{"outbox, a page in the middle", "/outbox?before=" + middle},
		{"outbox, not delivered", "/outbox?state=failed"},
		{"outbox, in doubt", "/outbox?state=in_doubt"},
		{"outbox, one number", "/outbox?q=07700900123"},
		{"outbox, words of the text", "/outbox?q=swimming+goggles"},
		{"outbox, words that nobody wrote", "/outbox?q=zeppelin"},
		{"send, empty form", "/send"},
		{"inbox", "/inbox"},
	}, fmt.Sprintf("%d messages", size))
}

// page is an address with what is there.
type page struct{ what, path string }

// timed gets each page 200 times.
func timed(client *http.Client, address string, pages []page, over string) ([]figure, error) {
	var figures []figure
	for _, p := range pages {
		times, bytes, err := fetch(client, address+p.path, 200)
		if err != nil {
			return figures, err
		}
		bare, err := storedBytes(bytes, 200)
		if err != nil {
			return figures, err
		}
		p50, p99 := times[len(times)/2], times[len(times)*99/100]
		figures = append(figures, figure{what: fmt.Sprintf("%s, %s, p50 / p99", p.what, over),
			value: fmt.Sprintf("%.1f / %.1f ms", ms(p50), ms(p99)), reference: fmt.Sprintf("%.2f ms stored bytes", ms(bare)), ratio: fmt.Sprintf("%.1f", ms(p50)/ms(bare))})
	}
	return figures, nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// visited serves the desk and signs in to it.
func (d *benchDesk) visited() (client *http.Client, address string, stop func(), err error) {
	if address, stop, err = serveOn(desk2handler(d.Desk)); err != nil {
		return nil, "", nil, err
	}
	if client, err = signedIn(address); err != nil {
		stop()
		return nil, "", nil, err
	}
	return client, address, stop, nil
}

// signedIn is a client with a session.
func signedIn(address string) (*http.Client, error) {
	return signedInAs(address, demo.Username, demo.Password)
}

func signedInAs(address, username, password string) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Jar: jar}
	resp, err := client.PostForm(address+"/sign-in", url.Values{"username": {username}, "password": {password}})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("signing in answers %s", resp.Status)
	}
	return client, nil
}

// fetch gets a page n times and returns the times in order, and its size.
func fetch(client *http.Client, address string, n int) ([]time.Duration, int, error) {
	var times []time.Duration
	var size int
	for i := range n + 5 {
		began := time.Now()
		resp, err := client.Get(address)
		if err != nil {
			return nil, 0, err
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			return nil, 0, err
		}
		if resp.StatusCode != http.StatusOK {
			return nil, 0, fmt.Errorf("%s answers %s", address, resp.Status)
		}
		if size = len(body); i >= 5 {
			times = append(times, time.Since(began))
		}
	}
	slices.Sort(times)
	return times, size, nil
}

// storedBytes is the median time of a server that only writes that many bytes.
func storedBytes(size, n int) (time.Duration, error) {
	page := make([]byte, size)
	address, stop, err := serveOn(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(page) }))
	if err != nil {
		return 0, err
	}
	defer stop()
	times, _, err := fetch(http.DefaultClient, address, n)
	if err != nil {
		return 0, err
	}
	return times[len(times)/2], nil
}
