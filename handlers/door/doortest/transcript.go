// Package doortest reads the transcripts of doors for programs, and says their
// requests again.
//
// A transcript is a conversation on the wire: lines of a request begin with "> ",
// those of its answer with "< ". A request's body follows an empty line; its
// length is added. Of an answer's headers only the status and the type are there.
// A line that begins with "! " says what happens on the desk meanwhile, one with
// "#" says something to the reader.
package doortest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Conversation splits a transcript into requests and their answers.
func Conversation(t testing.TB, content string) (exchanges [][2]string) {
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

// OnTheWire sends a request as it stands and returns the answer in the form of
// a transcript.
func OnTheWire(t testing.TB, address, request string) string {
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
