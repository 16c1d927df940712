package killtest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// One running program is the provider of another. What is texted at the front
// is delivered by the one behind; both know what became of it, and the credits
// of both add up.
func TestTwoProgramsOneBehindTheOther(t *testing.T) {
	t.Parallel()
	front, behind := t.TempDir(), t.TempDir()
	const secret = "correct horse battery"
	for _, dir := range []string{front, behind} {
		must(t, dir, secret, "user", "add", "boss", "--level", "admin", "--password-stdin")
	}
	must(t, behind, secret, "user", "add", "branch", "--level", "normal", "--credits", "40", "--password-stdin")
	must(t, front, secret, "user", "add", "kim", "--level", "normal", "--credits", "30", "--password-stdin")
	token := filepath.Join(front, "token of the branch")
	if err := os.WriteFile(token, []byte(tokenOf(t, behind, "branch")), 0o600); err != nil {
		t.Fatal(err)
	}
	kim := tokenOf(t, front, "kim")
	back := serve(t, behind)
	must(t, front, "", "provider", "add", "branch", "--kind", "fastsms", "--default", "--set", "url="+strings.TrimRight(back.url, "/")+"/api", "--set", "token=@"+token)
	if said := must(t, front, "", "provider", "test", "branch"); !strings.Contains(said, "40") {
		t.Errorf("the balance of the desk behind is not told: %q", said)
	}
	desk := serve(t, front)
	api := func(of *served, token, action string, pairs ...string) string {
		t.Helper()
		form := url.Values{"Token": {token}, "Action": {action}}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		r, err := http.PostForm(strings.TrimRight(of.url, "/")+"/api", form)
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

	want := map[string]string{}
	for i := range 10 {
		id := api(desk, kim, "Send", "DestinationAddress", fmt.Sprintf("447700900%d", 150+i), "SourceAddress", "Branch", "Body", fmt.Sprintf("Ünï £5 & %d", i))
		want[id] = "Delivered"
	}
	want[api(desk, kim, "Send", "DestinationAddress", "447700900102", "SourceAddress", "Branch", "Body", "The phone behind refuses this")] = "Failed"
	long := api(desk, kim, "Send", "DestinationAddress", "447700900170", "SourceAddress", "Branch", "Body", strings.Repeat("long ", 60), "GetAllMessageIDs", "1")
	if ids := strings.Split(long, ","); len(ids) == 2 {
		want[ids[0]], want[ids[1]] = "Delivered", "Delivered"
	} else {
		t.Fatalf("a text of two parts is %q", long)
	}
	if got := api(desk, kim, "Send", "DestinationAddress", "442079460000", "SourceAddress", "Branch", "Body", "A landline"); got != "-401" {
		t.Errorf("a landline is answered %q", got)
	}

	got := map[string]string{}
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(200 * time.Millisecond) {
		open := 0
		for id, word := range want {
			if got[id] = api(desk, kim, "CheckMessageStatus", "MessageID", id); got[id] != word {
				open++
			}
		}
		if open == 0 {
			break
		}
	}
	for id, word := range want {
		if got[id] != word {
			t.Errorf("message %s is %s, want %s", id, got[id], word)
		}
	}
	// Both parts of the long text and the eleven others were taken by the provider
	// in front; behind, the credit of the one that was refused came back.
	if left := api(desk, kim, "CheckCredits"); left != "17.00" {
		t.Errorf("kim has %s credits left in front, want 17.00", left)
	}
	day := []string{"ReportType", "Messages", "From", time.Now().AddDate(0, 0, -1).Format("20060102") + "000000", "To", time.Now().AddDate(0, 0, 1).Format("20060102") + "000000"}
	if rows := strings.Count(api(desk, kim, "Report", day...), "\n"); rows != 1+12 {
		t.Errorf("the report in front has %d lines, want 13", rows)
	}
	secretBehind, err := os.ReadFile(token)
	if err != nil {
		t.Fatal(err)
	}
	report := api(back, string(secretBehind), "Report", day...)
	if delivered, failed := strings.Count(report, ",Delivered,"), strings.Count(report, ",Failed,"); delivered != 11 || failed != 1 {
		t.Errorf("behind, %d were delivered and %d failed, want 11 and 1:\n%s", delivered, failed, report)
	}
	if left := api(back, string(secretBehind), "CheckCredits"); left != "28.00" {
		t.Errorf("the branch has %s credits left behind, want 28.00", left)
	}

	desk.stop(t)
	back.stop(t)
	for _, dir := range []string{front, behind} {
		if out, err := command(t, dir, "", "check"); err != nil {
			t.Errorf("check: %v: %s", err, out)
		}
	}
}

func tokenOf(t *testing.T, dir, username string) string {
	t.Helper()
	return lastWord(must(t, dir, "", "user", "token", username))
}

// lastWord is what a command was asked for; what a library has to say about the
// machine may stand before it.
func lastWord(said string) string {
	words := strings.Fields(said)
	return words[len(words)-1]
}
