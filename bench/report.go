package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"textdesk/db"
)

// reportRates measures a report of everything, as a script gets it over HTTP and
// as a page gives it as a file, against the sqlite3 program that writes the same
// columns of the same rows as CSV.
func reportRates(size int) ([]figure, error) {
	d, err := full(size)
	if err != nil {
		return nil, err
	}
	defer d.close()
	ctx := context.Background()
	actor, err := d.admin(ctx)
	if err != nil {
		return nil, err
	}
	token, err := d.NewKey(ctx, actor, "bench")
	if err != nil {
		return nil, err
	}
	client, address, stop, err := d.visited()
	if err != nil {
		return nil, err
	}
	defer stop()
	reference := "no sqlite3 here"
	bare, err := sqliteCSV(filepath.Join(d.dir, db.FileName), `SELECT m.id, u.username, m.number, m.sender, m.status, b.send_at, m.submitted_at, m.final_at
FROM messages m JOIN users u ON u.id = m.user_id JOIN batches b ON b.id = m.batch_id ORDER BY m.id`)
	if err != nil {
		return nil, err
	}
	if bare > 0 {
		reference = fmt.Sprintf("%.0f rows/s sqlite3 -csv", bare)
	}
	var figures []figure
	for _, p := range []struct{ what, path string }{
		{"report Messages over /api", "/api?Token=" + token + "&Action=Report&ReportType=Messages&From=20200101000000&To=20991231235959"},
		{"report Messages as CSV for a spreadsheet", "/reports/messages/download?from=2020-01-01&to=2099-12-31"},
		{"report Messages as an Excel workbook", "/reports/messages/download?format=xlsx&from=2020-01-01&to=2099-12-31"},
	} {
		f, err := download(client, address+p.path, size)
		if err != nil {
			return figures, err
		}
		f.what = fmt.Sprintf("%s, %d rows: %s", p.what, size, f.what)
		if bare > 0 {
			f.reference = reference
			f.ratio = fmt.Sprintf("%.2f", f.rate/bare)
		}
		figures = append(figures, f.figure)
	}
	return figures, nil
}

type rated struct {
	figure
	rate float64
}

// download gets a file three times and keeps the best, with the time to the
// first byte and how much memory came to be used meanwhile.
func download(client *http.Client, address string, rows int) (rated, error) {
	var best rated
	for range 3 {
		debug.FreeOSMemory()
		before := residentKiB()
		var peak atomic.Int64
		done := make(chan struct{})
		go func() {
			for {
				select {
				case <-done:
					return
				case <-time.After(10 * time.Millisecond):
					if now := residentKiB(); now > peak.Load() {
						peak.Store(now)
					}
				}
			}
		}()
		began := time.Now()
		resp, err := client.Get(address)
		if err != nil {
			return best, err
		}
		one := make([]byte, 1)
		_, err = io.ReadFull(resp.Body, one)
		first := time.Since(began)
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
		}
		took := time.Since(began)
		close(done)
		_ = resp.Body.Close()
		if err != nil {
			return best, err
		}
		if resp.StatusCode != http.StatusOK {
			return best, fmt.Errorf("%s answers %s", address, resp.Status)
		}
		if rate := float64(rows) / took.Seconds(); rate > best.rate {
			best = rated{rate: rate, figure: figure{what: fmt.Sprintf("first byte %.1f ms, memory +%.1f MiB", ms(first), float64(max(0, peak.Load()-before))/1024),
				value: fmt.Sprintf("%.0f rows/s", rate)}}
		}
	}
	return best, nil
}

// residentKiB is the memory of this process, 0 where nobody says.
func residentKiB() int64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, found := strings.CutPrefix(lines.Text(), "VmRSS:"); found {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return n
		}
	}
	return 0
}

// sqliteCSV is how many rows of a query a second the sqlite3 program writes, 0
// where it is not installed.
func sqliteCSV(file, query string) (float64, error) {
	program, err := exec.LookPath("sqlite3")
	if err != nil {
		return 0, nil
	}
	best := 0.0
	for range 3 {
		began := time.Now()
		cmd := exec.Command(program, "-csv", file, query)
		out, err := cmd.StdoutPipe()
		if err != nil {
			return 0, err
		}
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		lines := 0
		buf := make([]byte, 64<<10)
		for {
			n, err := out.Read(buf)
			lines += strings.Count(string(buf[:n]), "\n")
			if err != nil {
				break
			}
		}
		if err := cmd.Wait(); err != nil {
			return 0, fmt.Errorf("sqlite3: %w", err)
		}
		best = max(best, float64(lines)/time.Since(began).Seconds())
	}
	return best, nil
}
