package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// importFigures measures the real binary: an import of so many people, each
// with eight columns and one and a half groups, through the page and through
// the API, from the upload to its end; its memory; and how long others wait for
// the writer meanwhile. Beside it stand the same rows put into a bare database
// in the same way, without anything to find out about them.
func importFigures(size int) ([]figure, error) {
	dir, err := os.MkdirTemp("", "textdesk-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "textdesk")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w: %s", err, out)
	}
	before := cpuOf(os.Getpid())
	bare, err := bareContacts(dir, size)
	if err != nil {
		return nil, err
	}
	bareSpent := cpuOf(os.Getpid()) - before
	var figures []figure
	for _, way := range []struct {
		name string
		do   func(s *importServer, size int) (time.Duration, error)
	}{{"the API", (*importServer).throughDoor}, {"the page", (*importServer).throughPage}} {
		s, err := serveForImport(binary, filepath.Join(dir, strings.ReplaceAll(way.name, " ", "-")))
		if err != nil {
			return figures, err
		}
		took, err := way.do(s, size)
		waited := s.stopProbe()
		peak, rerr := memoryOf(s.cmd.Process.Pid, "VmHWM:")
		spent := cpuOf(s.cmd.Process.Pid)
		s.stop()
		if err := errors.Join(err, rerr); err != nil {
			return figures, fmt.Errorf("%s: %w", way.name, err)
		}
		figures = append(figures, figure{what: fmt.Sprintf("import %d people through %s", size, way.name), value: fmt.Sprintf("%.1f s", took.Seconds()),
			reference: fmt.Sprintf("%.1f s bare rows", bare.Seconds()), ratio: fmt.Sprintf("%.2f", bare.Seconds()/took.Seconds())},
			figure{what: "  memory at most; longest wait of another write", value: peak, reference: fmt.Sprintf("%.0f ms", ms(waited))},
			figure{what: "  processor time", value: fmt.Sprintf("%.1f s", spent.Seconds()), reference: fmt.Sprintf("%.1f s bare rows", bareSpent.Seconds()),
				ratio: fmt.Sprintf("%.2f", bareSpent.Seconds()/spent.Seconds())})
	}
	return figures, nil
}

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

func (s *importServer) throughDoor(size int) (time.Duration, error) {
	length := int64(0)
	count := func(w io.Writer) { writeLines(w, size) }
	counted := &countingWriter{}
	count(counted)
	length = counted.n
	body, kind := multipartBody([][2]string{{"Token", s.token}, {"Action", "ImportContactsCSV"}}, "ContactsCSV", "", count)
	req, err := http.NewRequest(http.MethodPost, s.base+"/api", body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", kind)
	// What multipart adds around the lines.
	around := &countingWriter{}
	empty, _ := multipartBody([][2]string{{"Token", s.token}, {"Action", "ImportContactsCSV"}}, "ContactsCSV", "", func(io.Writer) {})
	if _, err := io.Copy(around, empty); err != nil {
		return 0, err
	}
	req.ContentLength = length + around.n
	began := time.Now()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	done := 0
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if strings.HasSuffix(lines.Text(), " : Success") {
			done++
		} else if done == 0 {
			return 0, fmt.Errorf("answered %s", lines.Text())
		}
	}
	if done != size {
		err = fmt.Errorf("%d of %d came in", done, size)
	}
	return time.Since(began), errors.Join(err, lines.Err())
}

type countingWriter struct{ n int64 }

func (c *countingWriter) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }

var importPath = regexp.MustCompile(`/imports/[0-9]+`)

func (s *importServer) throughPage(size int) (time.Duration, error) {
	body, kind := multipartBody(nil, "file", "people.csv", func(w io.Writer) {
		fmt.Fprint(w, "Name,Mobile No,E-mail,Groups,Class,Bus,Town,Key\n")
		writeColumns(w, size)
	})
	req, err := http.NewRequest(http.MethodPost, s.base+"/imports", body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", kind)
	began := time.Now()
	res, err := s.send(req)
	if err != nil {
		return 0, err
	}
	path := importPath.FindString(res.Request.URL.Path)
	if path == "" {
		return 0, fmt.Errorf("no import at %s", res.Request.URL)
	}
	columns := url.Values{}
	for i, use := range []string{"name", "number", "email", "groups", "field", "field", "field", "field"} {
		columns.Set("use"+strconv.Itoa(i), use)
	}
	if _, err := s.post(path+"/columns", columns); err != nil {
		return 0, err
	}
	if err := s.until(path, `/start"`); err != nil {
		return 0, err
	}
	fmt.Fprintf(os.Stderr, "uploaded and checked after %.1f s\n", time.Since(began).Seconds())
	if _, err := s.post(path+"/start", url.Values{"same_number": {"keep"}}); err != nil {
		return 0, err
	}
	err = s.until(path, "/undo")
	return time.Since(began), err
}

// until waits for a page to hold some words.
func (s *importServer) until(path, words string) error {
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		res, err := s.client.Get(s.base + path)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || strings.Contains(string(body), words) {
			return err
		}
	}
	return fmt.Errorf("%s never said %s", path, words)
}

// nthNumber spreads numbers over the whole range, as a file in the order of
// names has them.
func nthNumber(i int) int { return 400_000_000 + (i*7_919_317)%99_999_989 }

func nthGroups(i int) (first, second string) {
	first = "Group " + strconv.Itoa(i%200)
	if i%2 == 0 {
		second = "Half " + strconv.Itoa(i%20)
	}
	return first, second
}

func writeLines(w io.Writer, size int) {
	var b []byte
	for i := range size {
		first, second := nthGroups(i)
		b = fmt.Appendf(b[:0], "Person %07d Longname,07%09d,person%07d@example.org,%s,%s,,,\n", i, nthNumber(i), i, first, second)
		_, _ = w.Write(b)
	}
}

func writeColumns(w io.Writer, size int) {
	var b []byte
	for i := range size {
		first, second := nthGroups(i)
		b = fmt.Appendf(b[:0], "Person %07d Longname,07%09d,person%07d@example.org,%s;%s,%dB,%d,Town %d,K%09d\n", i, nthNumber(i), i, first, second, i%9, i%40, i%500, i)
		_, _ = w.Write(b)
	}
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
