package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"textdesk/sheet"
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
	// A workbook of fewer people stands beside their share of the bare rows.
	bareFor := func(all time.Duration, rows int) time.Duration {
		return time.Duration(float64(all) * float64(rows) / float64(size))
	}
	var figures []figure
	for _, way := range []struct {
		name string
		size int
		do   func(s *importServer, size int) (time.Duration, error)
	}{{"the API", size, (*importServer).throughDoor}, {"the page", size, (*importServer).throughPage},
		{"the page as an Excel workbook", min(size, 100_000), (*importServer).throughPageAsWorkbook}} {
		s, err := serveForImport(binary, filepath.Join(dir, strings.ReplaceAll(way.name, " ", "-")))
		if err != nil {
			return figures, err
		}
		took, err := way.do(s, way.size)
		waited := s.stopProbe()
		peak, rerr := memoryOf(s.cmd.Process.Pid, "VmHWM:")
		spent := cpuOf(s.cmd.Process.Pid)
		s.stop()
		if err := errors.Join(err, rerr); err != nil {
			return figures, fmt.Errorf("%s: %w", way.name, err)
		}
		figures = append(figures, figure{what: fmt.Sprintf("import %d people through %s", way.size, way.name), value: fmt.Sprintf("%.1f s", took.Seconds()),
			reference: fmt.Sprintf("%.1f s bare rows", bareFor(bare, way.size).Seconds()), ratio: fmt.Sprintf("%.2f", bareFor(bare, way.size).Seconds()/took.Seconds())},
			figure{what: "  memory at most; longest wait of another write", value: peak, reference: fmt.Sprintf("%.0f ms", ms(waited))},
			figure{what: "  processor time", value: fmt.Sprintf("%.1f s", spent.Seconds()), reference: fmt.Sprintf("%.1f s bare rows", bareFor(bareSpent, way.size).Seconds()),
				ratio: fmt.Sprintf("%.2f", bareFor(bareSpent, way.size).Seconds()/spent.Seconds())})
	}
	return figures, nil
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
	return s.uploaded("people.csv", func(w io.Writer) error {
		fmt.Fprintln(w, strings.Join(importColumns, ","))
		writeColumns(w, size)
		return nil
	})
}

// throughPageAsWorkbook has so many of the same people in an Excel workbook.
func (s *importServer) throughPageAsWorkbook(size int) (time.Duration, error) {
	return s.uploaded("people.xlsx", func(w io.Writer) error {
		book := sheet.NewWriter(w, sheet.XLSX, "People", sheet.Texts(importColumns...))
		lines := bufio.NewScanner(pipeFrom(func(w io.Writer) { writeColumns(w, size) }))
		for lines.Scan() {
			if err := book.Row(strings.Split(lines.Text(), ",")...); err != nil {
				return err
			}
		}
		return errors.Join(lines.Err(), book.Close())
	})
}

var importColumns = []string{"Name", "Mobile No", "E-mail", "Groups", "Class", "Bus", "Town", "Key"}

// pipeFrom reads what something writes.
func pipeFrom(write func(io.Writer)) io.Reader {
	r, w := io.Pipe()
	go func() {
		buffered := bufio.NewWriterSize(w, 256<<10)
		write(buffered)
		_ = buffered.Flush()
		_ = w.Close()
	}()
	return r
}

// uploaded imports a file through the page, with all of its columns.
func (s *importServer) uploaded(name string, write func(io.Writer) error) (time.Duration, error) {
	var file bytes.Buffer // made before the clock runs
	if err := write(&file); err != nil {
		return 0, err
	}
	body, kind := multipartBody(nil, "file", name, func(w io.Writer) { _, _ = w.Write(file.Bytes()) })
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
