package fastsmsapi_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"textdesk/desk"
)

// The files of testdata/transcripts are conversations on the wire: lines of a
// request begin with "> ", those of its answer with "< ". A request's body
// follows an empty line; its length is added. {sam} stands for sam's token, and
// of an answer's headers only the status and the type are there. A line that
// begins with "! " says what happens on the desk meanwhile. Every file has a
// fresh world.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/transcripts/*.txt")
	must(t, err)
	if len(files) < 5 {
		t.Fatalf("there are %d transcripts", len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(file)
			must(t, err)
			w := newWorld(t)
			server := httptest.NewServer(w.door)
			defer server.Close()
			n := 0
			for _, exchange := range conversation(t, string(content)) {
				if happens, ok := strings.CutPrefix(exchange[0], "! "); ok {
					w.happens(happens)
					continue
				}
				request, want := w.fill(exchange[0]), w.fill(exchange[1])
				if got := onTheWire(t, server.Listener.Addr().String(), request); got != want {
					t.Errorf("exchange %d:\n%s\nanswered\n%s\nwant\n%s", n+1, exchange[0], got, want)
				}
				n++
			}
			if n == 0 {
				t.Error("nothing was said")
			}
		})
	}
}

// conversation splits a transcript into requests and their answers.
func conversation(t *testing.T, content string) (exchanges [][2]string) {
	t.Helper()
	side := -1
	for i, line := range strings.Split(strings.TrimSuffix(content, "\n"), "\n") {
		mark, rest := line, ""
		if len(line) > 1 {
			mark, rest = line[:1], strings.TrimPrefix(line[1:], " ")
		}
		now := slices.Index([]string{">", "<"}, mark)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			side = -1
			continue
		case strings.HasPrefix(line, "! "):
			exchanges, side = append(exchanges, [2]string{line}), -1
			continue
		case now < 0:
			t.Fatalf("line %d begins with neither > nor <: %q", i+1, line)
		case now == 0 && side != 0:
			exchanges = append(exchanges, [2]string{rest})
		case now == 1 && side < 0:
			t.Fatalf("line %d answers nothing", i+1)
		case now != side:
			exchanges[len(exchanges)-1][now] = rest
		default:
			exchanges[len(exchanges)-1][now] += "\n" + rest
		}
		side = now
	}
	return exchanges
}

// happens does on the desk what a transcript says.
func (w *world) happens(what string) {
	w.t.Helper()
	ctx, shell := w.t.Context(), desk.CommandLine()
	switch what {
	case "sam is suspended":
		must(w.t, w.Suspend(ctx, shell, "sam"))
	case "maintenance begins":
		must(w.t, w.SetMaintenance(ctx, shell, true, ""))
	case "there is no provider":
		must(w.t, w.store.Write(ctx, clearDefault))
	case "a number gets one text a day":
		must(w.t, w.SaveGuard(ctx, shell, desk.Guard{AllCountries: true, PerNumber: 1}))
	case "only numbers at home are texted":
		must(w.t, w.SaveGuard(ctx, shell, desk.Guard{}))
	default:
		w.t.Fatalf("nobody knows how %q happens", what)
	}
}

func (w *world) fill(text string) string {
	for name, token := range w.tokens {
		text = strings.ReplaceAll(text, "{"+name+"}", token)
	}
	return text
}

// onTheWire sends a request as it stands and returns the answer in the form of
// a transcript.
func onTheWire(t *testing.T, address, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	must(t, err)
	defer c.Close()
	head, body, _ := strings.Cut(request, "\n\n")
	raw := strings.ReplaceAll(head, "\n", "\r\n") + "\r\nHost: desk.example\r\nConnection: close\r\n"
	if body != "" {
		raw += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	_, err = io.WriteString(c, raw+"\r\n"+body)
	must(t, err)
	everything, err := io.ReadAll(c)
	must(t, err)
	answer, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(everything)), nil)
	must(t, err)
	text, err := io.ReadAll(answer.Body)
	must(t, err)
	if strings.HasPrefix(raw[strings.Index(raw, " HTTP/"):], " HTTP/1.0") && len(answer.TransferEncoding) > 0 {
		t.Errorf("an HTTP/1.0 client got the transfer encoding %v", answer.TransferEncoding)
	}
	return answer.Proto[:5] + fmt.Sprint(answer.StatusCode) + " " + answer.Header.Get("Content-Type") + "\n\n" + string(text)
}
