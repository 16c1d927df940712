package killtest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// As TestTwoProgramsOneBehindTheOther, in the language of feedzon on both sides,
// once with each gateway: a program texts through the front, the desk behind
// delivers, somebody answers on a phone there, and the program gets the answer
// together with the reference of the text that it answers.
func TestTwoProgramsThatSpeakFeedzon(t *testing.T) {
	t.Parallel()
	for _, gateway := range []string{"bulksms", "clickatell"} {
		t.Run(gateway, func(t *testing.T) {
			t.Parallel()
			front, behind := t.TempDir(), t.TempDir()
			const secret = "correct horse battery"
			for _, dir := range []string{front, behind} {
				must(t, dir, secret, "user", "add", "boss", "--level", "admin", "--password-stdin")
			}
			must(t, behind, secret, "user", "add", "branch", "--level", "normal", "--credits", "10", "--password-stdin")
			must(t, front, secret, "user", "add", "kim", "--level", "normal", "--credits", "10", "--password-stdin")
			file := filepath.Join(front, "key of the branch")
			if err := os.WriteFile(file, []byte(lastWord(must(t, behind, "", "user", "key", "branch", "--gateway", gateway))), 0o600); err != nil {
				t.Fatal(err)
			}
			key := lastWord(must(t, front, "", "user", "key", "kim", "--gateway", gateway, "--name", "Reminders"))
			back := serve(t, behind)
			must(t, front, "", "provider", "add", "branch", "--kind", "feedzon", "--default", "--set", "url="+strings.TrimRight(back.url, "/")+"/sms/1.1", "--set", "key=@"+file, "--set", "gateway="+gateway)
			must(t, front, "", "provider", "test", "branch")
			desk := serve(t, front)
			call := func(method string, pairs ...string) string {
				t.Helper()
				query := url.Values{"key": {key}}
				for i := 0; i < len(pairs); i += 2 {
					query.Set(pairs[i], pairs[i+1])
				}
				r, err := http.Get(strings.TrimRight(desk.url, "/") + "/sms/1.1/" + method + ".fz?" + query.Encode())
				if err != nil {
					t.Fatal(err)
				}
				defer r.Body.Close()
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Fatal(err)
				}
				return string(body)
			}
			send := func(number, message string) string {
				t.Helper()
				answer := call("SendMessage", "number", number, "message", message, "repliable", "1")
				reference, ok := strings.CutPrefix(answer, "\"0\"\n\"")
				if !ok {
					t.Fatalf("a text is answered %q", answer)
				}
				return strings.TrimSuffix(reference, `"`)
			}
			delivered, failed := "11", "50"
			if gateway == "clickatell" {
				delivered, failed = "004", "007"
			}
			want := map[string]string{}
			for i := range 3 {
				want[send(fmt.Sprintf("447700900%d", 150+i), fmt.Sprintf("Ünï £5 & %d", i))] = delivered
			}
			want[send("447700900102", "The phone behind refuses this")] = failed
			answered := send("447700900170", strings.Repeat("long ", 60))
			want[answered] = delivered
			if got := call("SendMessage", "number", "442079460000", "message", "A landline"); got != `"1010"` {
				t.Errorf("a landline is answered %q", got)
			}
			got := map[string]string{}
			within(func() bool {
				open := 0
				for reference, value := range want {
					if got[reference] = call("GetMessageStatus", "reference", reference); got[reference] != "\"0\"\n\""+reference+`", "`+value+`"` {
						open++
					}
				}
				return open == 0
			})
			for reference, value := range want {
				if !strings.HasSuffix(got[reference], `, "`+value+`"`) {
					t.Errorf("text %s is %s, want %s", reference, got[reference], value)
				}
			}
			if list := call("GetMessageList"); list != `"1030"` {
				t.Errorf("before anybody answered the list is %s", list)
			}

			// Somebody behind picks up the phone and answers.
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			browser := &http.Client{Jar: jar}
			post(t, browser, back.url+"sign-in", url.Values{"username": {"branch"}, "password": {secret}})
			post(t, browser, back.url+"simulator/447700900170", url.Values{"body": {"Thanks,\n\"Ann\""}})
			var list string
			within(func() bool { list = call("GetMessageList"); return list != `"1030"` })
			line := strings.TrimPrefix(list, "\"0\"\n")
			fields := strings.Split(line, ", ")
			if len(fields) != 5 || fields[1] != `"`+answered+`"` || fields[3] != `"447700900170"` || fields[4] != `"Thanks,\n""Ann"""` {
				t.Fatalf("the list is %q, and %s was answered", list, answered)
			}
			if after := call("GetMessageList", "cursor", strings.Trim(fields[0], `"`)); after != `"1030"` {
				t.Errorf("after the last one comes %s", after)
			}

			desk.stop(t)
			back.stop(t)
			for _, dir := range []string{front, behind} {
				if out, err := command(t, dir, "", "check"); err != nil {
					t.Errorf("check: %v: %s", err, out)
				}
			}
		})
	}
}

// within asks again and again for as long as a desk may take to hear of a thing.
func within(done func() bool) {
	for until := time.Now().Add(time.Minute); !done() && time.Now().Before(until); {
		time.Sleep(200 * time.Millisecond)
	}
}

func post(t *testing.T, browser *http.Client, address string, form url.Values) {
	t.Helper()
	r, err := browser.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if body, _ := io.ReadAll(r.Body); r.StatusCode != http.StatusOK {
		t.Fatalf("%s answers %s: %s", address, r.Status, body)
	}
}
