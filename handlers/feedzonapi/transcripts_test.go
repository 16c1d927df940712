package feedzonapi_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/handlers/door/doortest"
	"textdesk/sms"
)

// The files of testdata/transcripts are conversations as doortest has them.
// {sam} stands for sam's key, and @10000001 for the message's reference with
// Clickatell. Every file has a fresh world.
func TestTranscripts(t *testing.T) {
	for file, exchanges := range transcripts(t) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			server := httptest.NewServer(w.door)
			defer server.Close()
			n := 0
			for _, exchange := range exchanges {
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

func transcripts(t *testing.T) map[string][][2]string {
	t.Helper()
	files, err := filepath.Glob("testdata/transcripts/*.txt")
	must(t, err)
	all := map[string][][2]string{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		must(t, err)
		all[strings.TrimSuffix(filepath.Base(file), ".txt")] = doortest.Conversation(t, string(content))
	}
	if len(all) < 5 {
		t.Fatalf("there are %d transcripts", len(all))
	}
	return all
}

var atReference = regexp.MustCompile(`@(\d+)`)

func (w *world) fill(text string) string {
	for name, key := range w.keys {
		text = strings.ReplaceAll(text, "{"+name+"}", key)
	}
	return atReference.ReplaceAllStringFunc(text, func(at string) string {
		id, err := strconv.ParseInt(at[1:], 10, 64)
		must(w.t, err)
		return clickatell(id)
	})
}

var (
	nextMessage = regexp.MustCompile(`^the next message is (\d+)$`)
	aMessage    = regexp.MustCompile(`^message (\d+) to (\d+)$`)
	anInbound   = regexp.MustCompile(`^(\d+) from (\d+)( to sam's number)?: (.*)$`)
	aTime       = regexp.MustCompile(`^it is (\S+)$`)
	aSwitch     = regexp.MustCompile(`^(\w+)'s key is (disabled|enabled)$`)
)

// happens does on the desk what a transcript says.
func (w *world) happens(what string) {
	w.t.Helper()
	ctx, shell := w.t.Context(), desk.CommandLine()
	if m := nextMessage.FindStringSubmatch(what); m != nil {
		w.next("message", m[1])
		return
	}
	if m := aMessage.FindStringSubmatch(what); m != nil {
		w.next("message", m[1])
		w.send("sam", "number", m[2], "message", "Reminder")
		w.leaves()
		return
	}
	if m := anInbound.FindStringSubmatch(what); m != nil {
		w.writes(sms.MSISDN("+"+m[2]), strings.NewReplacer(`\n`, "\n", `\r`, "\r").Replace(m[4]))
		w.write("UPDATE inbound SET id = ? WHERE id = (SELECT MAX(id) FROM inbound)", m[1])
		if m[3] != "" {
			w.write("UPDATE inbound SET user_id = ? WHERE id = ?", w.as("sam").User.ID, m[1])
		}
		return
	}
	if m := aTime.FindStringSubmatch(what); m != nil {
		w.at(m[1])
		return
	}
	if m := aSwitch.FindStringSubmatch(what); m != nil {
		for _, name := range []string{"boss"} {
			keys := w.keyIDs(m[1])
			if m[2] == "disabled" {
				must(w.t, w.DisableKey(ctx, w.as(name), keys[0]))
			} else {
				must(w.t, w.EnableKey(ctx, w.as(name), keys[0]))
			}
		}
		return
	}
	switch what {
	case "kim is suspended":
		must(w.t, w.Suspend(ctx, shell, "kim"))
	case "kim has no credits":
		must(w.t, w.MoveCreditsByName(ctx, shell, "kim", -5))
	case "maintenance begins":
		must(w.t, w.SetMaintenance(ctx, shell, true, ""))
	case "maintenance ends":
		must(w.t, w.SetMaintenance(ctx, shell, false, ""))
	case "there is no provider":
		w.write("UPDATE providers SET is_default = 0")
	case "nobody may text 447956111222":
		_, err := w.Suppress(ctx, shell, "+447956111222", "Asked")
		must(w.t, err)
	case "112233445566677 is delivered":
		w.write("UPDATE messages SET status = ? WHERE id = 112233445566677", int(sms.Delivered))
	default:
		w.t.Fatalf("nobody knows how %q happens", what)
	}
}

// next has the next number of a kind be this one.
func (w *world) next(kind, id string) {
	w.t.Helper()
	n, err := strconv.ParseInt(id, 10, 64)
	must(w.t, err)
	w.write("UPDATE counters SET value = ? WHERE name = ?", n-1, kind)
}

// keyIDs are a user's service keys.
func (w *world) keyIDs(username string) (ids []int64) {
	w.t.Helper()
	keys, err := w.ServiceKeys(w.t.Context(), desk.Actor{User: w.user(username)})
	must(w.t, err)
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	return ids
}

func (w *world) user(username string) desk.Person {
	w.t.Helper()
	users, err := w.Users(w.t.Context(), desk.CommandLine())
	must(w.t, err)
	for _, u := range users {
		if u.Username == username {
			return u
		}
	}
	w.t.Fatalf("there is no user %s", username)
	return desk.Person{}
}
