package fastsms

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sort"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"textdesk/providers"
)

// account is an account's received texts, by the service's clock, for a report
// that cannot have more than most lines.
type account struct {
	zone  *time.Location
	texts []time.Time
	most  int
	asked []string
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	from, to := r.PostForm.Get("From"), r.PostForm.Get("To")
	a.asked = append(a.asked, from+"-"+to)
	var b strings.Builder
	b.WriteString("MessageID,From,Number,Message,Received Date,Status\n")
	lines := 0
	for i, at := range a.texts {
		if shown := at.In(a.zone).Format("20060102150405"); shown >= from && shown <= to {
			lines++
			fmt.Fprintf(&b, "%d,447700900123,60777,text %d,%s,Received\n", 1000+i, i, at.In(a.zone).Format("02/01/2006 15:04:05"))
		}
	}
	if a.most > 0 && lines > a.most {
		w.Header().Set("Content-Length", fmt.Sprint(providers.ReportLimit+1))
		w.WriteHeader(200)
		return
	}
	_, _ = w.Write([]byte(b.String()))
}

func inboxOf(t *testing.T, a *account, now *time.Time) *provider {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	a.zone = zone
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	client := providers.NewHTTPClient(1)
	t.Cleanup(client.CloseIdleConnections)
	p, err := open(providers.Settings{"url": server.URL, "token": "t"}, client)
	if err != nil {
		t.Fatal(err)
	}
	p.clock = func() time.Time { return *now }
	return p
}

// drain polls until there is no more, and counts each text.
func drain(t *testing.T, p *provider, cursor string, seen map[string]int) string {
	t.Helper()
	for range 10_000 {
		page, err := p.PollInbound(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range page.Inbound {
			seen[in.ID]++
		}
		cursor = page.Cursor
		if !page.More {
			return cursor
		}
	}
	t.Fatal("it does not come to an end")
	return ""
}

// Through both changes of London's clock, and through jumps of our own, every
// text is fetched, however long the desk was down.
func TestNothingIsLostWhenClocksChange(t *testing.T) {
	for _, start := range []time.Time{time.Date(2026, 3, 28, 20, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC)} {
		now := start
		a := &account{}
		p := inboxOf(t, a, &now)
		seen, cursor := map[string]int{}, ""
		for i := range 80 {
			now = start.Add(time.Duration(i) * 17 * time.Minute)
			a.texts = append(a.texts, now.Add(-3*time.Second), now.Add(-time.Second))
			right := now
			switch i % 10 {
			case 3: // our clock is ahead, then behind
				now = now.Add(26 * time.Hour)
			case 5:
				now = now.Add(-26 * time.Hour)
			case 7, 8: // the desk is down
				continue
			}
			cursor = drain(t, p, cursor, seen)
			now = right
		}
		now = now.Add(time.Hour)
		drain(t, p, cursor, seen)
		if len(seen) != len(a.texts) {
			t.Errorf("%d of %d texts were fetched; it asked for %q", len(seen), len(a.texts), a.asked)
		}
	}
}

// What does not fit in a report is fetched in pieces, which grow again.
func TestAReportThatIsTooLong(t *testing.T) {
	start := time.Date(2026, 6, 3, 9, 0, 0, 0, time.UTC)
	now := start
	a := &account{most: 50}
	p := inboxOf(t, a, &now)
	seen := map[string]int{}
	cursor := drain(t, p, "", seen)
	for i := range 3000 { // a weekend's worth, most of it in one hour
		at := start.Add(time.Duration(i) * time.Minute)
		if i < 2000 {
			at = start.Add(30*time.Hour + time.Duration(i)*1800*time.Millisecond)
		}
		a.texts = append(a.texts, at)
	}
	sort.Slice(a.texts, func(i, j int) bool { return a.texts[i].Before(a.texts[j]) })
	now = start.Add(50 * time.Hour)
	a.asked = nil
	cursor = drain(t, p, cursor, seen)
	if len(seen) != len(a.texts) {
		t.Errorf("%d of %d texts were fetched", len(seen), len(a.texts))
	}
	if len(a.asked) > 400 {
		t.Errorf("it took %d calls", len(a.asked))
	}
	if c := parseCursor(cursor); c.at.Before(start.Add(49 * time.Hour)) {
		t.Errorf("the cursor stands at %s", cursor)
	}
}

func TestCursors(t *testing.T) {
	for _, c := range []string{"2026-06-03T09:00:00Z", "2026-06-03T09:00:00Z 12h0m0s"} {
		if got := parseCursor(c).String(); got != c {
			t.Errorf("%q comes back as %q", c, got)
		}
	}
	if c := parseCursor("nonsense"); !c.at.IsZero() || c.span != 0 {
		t.Errorf("nonsense is %+v", c)
	}
}

func TestTables(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"as it is":      {"MessageID,Username,Status\n10,u,Sent\n11,u,\"Delivered\"\n", "10:Sent 11:Delivered"},
		"another order": {"Status,X,Message ID\r\nSent,,10\r\n", "10:Sent"},
		"only names":    {"MessageID,Status\n", ""},
		"byte order":    {"\xef\xbb\xbfMessageID,Status\n10,Sent", "10:Sent"},
		"Latin-1":       {"MessageID,Username,Status\n10,Ren\xe9,Sent\n", "10:Sent"},
		"quote inside":  {"MessageID,Username,Status\n10,O\"Neill,Sent\n", "10:Sent"},
	} {
		rows, err := table([]byte(c.body), []string{"messageid", "status"})
		var got []string
		for _, r := range rows {
			got = append(got, r[0]+":"+r[1])
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
	for _, bad := range []string{"", "<html>", "a,b\n1,2", "MessageID,Status\n10", "MessageID\n10", "\x00"} {
		if rows, err := table([]byte(bad), []string{"messageid", "status"}); err == nil {
			t.Errorf("%q is read as %q", bad, rows)
		}
	}
}

func FuzzTable(f *testing.F) {
	f.Add([]byte("MessageID,From,Number,Message,Received Date,Status\n1,447700900123,60777,\"Hi, \"\"you\"\"\",03/06/2026 09:00:00,Received\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		rows, err := table(body, []string{"messageid", "message"})
		for _, r := range rows {
			if err != nil || len(r) != 2 || !utf8.ValidString(r[0]+r[1]) {
				t.Fatalf("%q, %v", r, err)
			}
		}
	})
}
