package fastsmsapi_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/handlers/door/doortest"
)

// The files of testdata/transcripts are conversations as doortest has them.
// {sam} stands for sam's token. Every file has a fresh world.
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
			for _, exchange := range doortest.Conversation(t, string(content)) {
				if happens, ok := strings.CutPrefix(exchange[0], "! "); ok {
					w.happens(happens)
					continue
				}
				request, want := w.fill(exchange[0]), w.fill(exchange[1])
				if got := doortest.OnTheWire(t, server.Listener.Addr().String(), request); got != want {
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
