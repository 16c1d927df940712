package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// cpuOf is the processor time of a process by now, 0 where there is no Linux.
func cpuOf(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, found := strings.Cut(string(text), ") ")
	if fields := strings.Fields(rest); err == nil && found && len(fields) > 12 {
		user, _ := strconv.Atoi(fields[11])
		system, _ := strconv.Atoi(fields[12])
		return time.Duration(user+system) * 10 * time.Millisecond
	}
	return 0
}

// importServer is the program at work, with somebody who imports.
type importServer struct {
	cmd         *exec.Cmd
	base, token string
	client      *http.Client
	probe       chan struct{}
	probed      chan struct{}
	longest     atomic.Int64
}

func serveForImport(binary, data string) (*importServer, error) {
	s := &importServer{probe: make(chan struct{}), probed: make(chan struct{})}
	run := func(in string, args ...string) (string, error) {
		c := exec.Command(binary, append(args, "--data", data)...)
		c.Stdin = strings.NewReader(in)
		out, err := c.Output()
		return strings.TrimSpace(string(out)), err
	}
	if _, err := run("correct horse battery", "user", "add", "bench", "--level", "admin", "--password-stdin"); err != nil {
		return nil, err
	}
	var err error
	if s.token, err = run("", "user", "token", "bench"); err != nil {
		return nil, err
	}
	s.cmd = exec.Command(binary, "serve", "--data", data, "--listen", "127.0.0.1:0")
	s.cmd.Stderr = os.Stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	found := readyLine.FindStringSubmatch(line)
	if err != nil || found == nil {
		return nil, fmt.Errorf("no ready line: %q", line)
	}
	s.base = found[1]
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	s.client = &http.Client{Jar: jar}
	_, err = s.post("/sign-in", url.Values{"username": {"bench"}, "password": {"correct horse battery"}})
	go s.keepProbing()
	return s, err
}

// keepProbing writes something small again and again.
func (s *importServer) keepProbing() {
	defer close(s.probed)
	for {
		select {
		case <-s.probe:
			return
		case <-time.After(20 * time.Millisecond):
		}
		began := time.Now()
		res, err := http.Get(s.base + "/readyz")
		if err != nil {
			return
		}
		_ = res.Body.Close()
		s.longest.Store(max(s.longest.Load(), int64(time.Since(began))))
	}
}

func (s *importServer) stopProbe() time.Duration {
	close(s.probe)
	<-s.probed
	return time.Duration(s.longest.Load())
}

func (s *importServer) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
}

func (s *importServer) post(path string, form url.Values) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodPost, s.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.send(req)
}

func (s *importServer) send(req *http.Request) (*http.Response, error) {
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err == nil && res.StatusCode >= 400 {
		err = fmt.Errorf("%s answered %d: %.300s", req.URL.Path, res.StatusCode, body)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, err
}

// multipartBody streams a form with one long field.
func multipartBody(fields [][2]string, field, file string, write func(io.Writer)) (io.Reader, string) {
	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	go func() {
		for _, f := range fields {
			_ = form.WriteField(f[0], f[1])
		}
		var part io.Writer
		if file != "" {
			part, _ = form.CreateFormFile(field, file)
		} else {
			part, _ = form.CreateFormField(field)
		}
		buffered := bufio.NewWriterSize(part, 256<<10)
		write(buffered)
		_ = buffered.Flush()
		_ = form.Close()
		_ = w.Close()
	}()
	return r, form.FormDataContentType()
}

// bareContacts puts the same rows and memberships, sorted in chunks of 5,000,
// into a database that has only them, an index of the numbers and one of the
// names.
func bareContacts(dir string, n int) (time.Duration, error) {
	store, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-65536)&_pragma=wal_autocheckpoint(16000)&_txlock=immediate")
	if err != nil {
		return 0, err
	}
	defer store.Close()
	store.SetMaxOpenConns(1)
	for _, q := range []string{
		"CREATE TABLE contacts (id INTEGER PRIMARY KEY, name TEXT, number TEXT, email TEXT, fields TEXT, created INTEGER) STRICT",
		"CREATE UNIQUE INDEX contacts_number ON contacts (number)", "CREATE INDEX contacts_name ON contacts (name)",
		"CREATE TABLE members (g INTEGER, c INTEGER, PRIMARY KEY (g, c)) STRICT, WITHOUT ROWID", "CREATE INDEX members_c ON members (c)",
	} {
		if _, err := store.Exec(q); err != nil {
			return 0, err
		}
	}
	const rows, chunk = 50, 5000
	values := func(one string) string { return strings.TrimSuffix(strings.Repeat(one+", ", rows), ", ") }
	began := time.Now()
	for from := 0; from+chunk <= n; from += chunk {
		tx, err := store.BeginTx(context.Background(), nil)
		if err != nil {
			return 0, err
		}
		insert, err := tx.Prepare("INSERT INTO contacts VALUES " + values("(?, ?, ?, ?, ?, ?)"))
		if err != nil {
			return 0, err
		}
		join, err := tx.Prepare("INSERT INTO members VALUES " + values("(?, ?)"))
		if err != nil {
			return 0, err
		}
		order := make([]int, chunk)
		for k := range order {
			order[k] = from + k
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(nthNumber(a), nthNumber(b)) })
		args := make([]any, 0, 6*rows)
		var members [][2]int
		for k, i := range order {
			if args = append(args, from+k+1, fmt.Sprintf("Person %07d Longname", i), fmt.Sprintf("+447%09d", nthNumber(i)), fmt.Sprintf("person%07d@example.org", i),
				fmt.Sprintf(`{"Class":"%dB","Bus":"%d","Town":"Town %d","Key":"K%09d"}`, i%9, i%40, i%500, i), from); len(args) == cap(args) {
				if _, err := insert.Exec(args...); err != nil {
					return 0, err
				}
				args = args[:0]
			}
			if members = append(members, [2]int{i % 200, from + k + 1}); i%2 == 0 {
				members = append(members, [2]int{1000 + i%20, from + k + 1})
			}
		}
		slices.SortFunc(members, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
		args = args[:0]
		for _, m := range members {
			if args = append(args, m[0], m[1]); len(args) == 2*rows {
				if _, err := join.Exec(args...); err != nil {
					return 0, err
				}
				args = args[:0]
			}
		}
		if err := tx.Commit(); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}
