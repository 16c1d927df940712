package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	_ "modernc.org/sqlite"

	"textdesk/desk"
	"textdesk/handlers"
)

// callers is how many requests are under way at a time.
const callers = 64

// acceptRate measures /api Send of a single text, durable before the answer,
// against a bare Echo handler that commits one row a request.
func acceptRate(size int) ([]figure, error) {
	bare, err := bareAccept(size)
	if err != nil {
		return nil, err
	}
	d, err := newDesk("http://127.0.0.1:1/api", 1)
	if err != nil {
		return nil, err
	}
	defer d.close()
	token, err := d.NewKey(context.Background(), d.actor, "bench")
	if err != nil {
		return nil, err
	}
	if err := d.limitless(); err != nil {
		return nil, err
	}
	url, stop, err := serveOn(desk2handler(d.Desk))
	if err != nil {
		return nil, err
	}
	defer stop()
	rate, err := post(url+"/api", size, func(i int) string {
		return form("Token", token, "Action", "Send", "DestinationAddress", fmt.Sprintf("4477%08d", 10_000_000+i), "SourceAddress", "SCHOOL", "Body", benchText)
	})
	if err != nil {
		return nil, err
	}
	return []figure{{what: fmt.Sprintf("accept over /api, %d callers, durable before the answer", callers), value: fmt.Sprintf("%.0f req/s", rate),
		reference: fmt.Sprintf("%.0f req/s bare", bare), ratio: fmt.Sprintf("%.2f", rate/bare)}}, nil
}

func desk2handler(d *desk.Desk) http.Handler {
	return handlers.New(handlers.Config{Desk: d, CookieKeys: [2][]byte{make([]byte, 32), make([]byte, 32)}, Version: "bench"})
}

// bareAccept is an Echo handler that inserts one row and commits it, one commit
// a request, with the same durability.
func bareAccept(size int) (float64, error) {
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
	if _, err := store.Exec("CREATE TABLE texts (id INTEGER PRIMARY KEY, number TEXT, sender TEXT, body TEXT) STRICT"); err != nil {
		return 0, err
	}
	e := echo.New()
	e.POST("/api", func(c echo.Context) error {
		result, err := store.Exec("INSERT INTO texts (number, sender, body) VALUES (?, ?, ?)", c.FormValue("DestinationAddress"), c.FormValue("SourceAddress"), c.FormValue("Body"))
		if err != nil {
			return err
		}
		id, err := result.LastInsertId()
		if err != nil {
			return err
		}
		return c.String(http.StatusOK, fmt.Sprint(id))
	})
	address, stop, err := serveOn(e)
	if err != nil {
		return 0, err
	}
	defer stop()
	return post(address+"/api", size, func(i int) string {
		return form("DestinationAddress", fmt.Sprintf("4477%08d", 10_000_000+i), "SourceAddress", "SCHOOL", "Body", benchText)
	})
}

// serveOn serves on a free port of loopback.
func serveOn(h http.Handler) (address string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: h}
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() { _ = server.Close() }, nil
}

func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// post sends n forms from many callers and returns how many a second were
// answered with an id.
func post(address string, n int, body func(i int) string) (float64, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers, MaxConnsPerHost: callers}}
	defer client.CloseIdleConnections()
	var next, refused atomic.Int64
	var last atomic.Value
	var work sync.WaitGroup
	began := time.Now()
	for range callers {
		work.Go(func() {
			for {
				i := int(next.Add(1))
				if i > n {
					return
				}
				resp, err := client.Post(address, "application/x-www-form-urlencoded", strings.NewReader(body(i)))
				if err != nil {
					refused.Add(1)
					last.Store(err.Error())
					continue
				}
				answer, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
				_ = resp.Body.Close()
				if resp.StatusCode != 200 || strings.HasPrefix(string(answer), "-") {
					refused.Add(1)
					last.Store(string(answer))
				}
			}
		})
	}
	work.Wait()
	took := time.Since(began)
	if refused.Load() > 0 {
		return 0, fmt.Errorf("%d of %d requests were refused: %v", refused.Load(), n, last.Load())
	}
	return float64(n) / took.Seconds(), nil
}

// limitless lifts the limits of the tokens, which would be what is measured.
func (d *benchDesk) limitless() error {
	keys, err := d.Keys(context.Background(), d.actor)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := d.SetTokenRate(context.Background(), d.actor, k.ID, 0, 1); err != nil {
			return err
		}
	}
	return nil
}
