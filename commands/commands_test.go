package commands_test

import (
	"bytes"
	"context"
	"database/sql"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"textdesk/commands"
	"textdesk/db"
	"textdesk/providers/fastsms/fastsmstest"
)

const password = "correct horse battery"

// shell is somebody at the server's console, with a data directory.
type shell struct {
	t    *testing.T
	data string
}

// said is what a command left behind.
type said struct {
	code     int
	out, err string
}

// run is one command, with its standard input.
func (s shell) run(input string, args ...string) said {
	s.t.Helper()
	var out, errs bytes.Buffer
	code := commands.Run(s.t.Context(), append(args, "--data", s.data), commands.Streams{In: strings.NewReader(input), Out: &out, Err: &errs})
	return said{code, out.String(), errs.String()}
}

// does fails the test when the command is refused, and returns what it printed.
func (s shell) does(input string, args ...string) string {
	s.t.Helper()
	got := s.run(input, args...)
	if got.code != 0 || got.err != "" {
		s.t.Fatalf("textdesk %v: exit %d, %q", args, got.code, got.err)
	}
	return got.out
}

func TestSetUpByScript(t *testing.T) {
	service := fastsmstest.New("x")
	service.SetCredits(4812)
	upstream := httptest.NewServer(service)
	t.Cleanup(upstream.Close)
	s := shell{t, t.TempDir()}
	secret := filepath.Join(s.data, "token")
	if err := os.WriteFile(secret, []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	s.does(password+"\n", "user", "add", "sam", "--level", "admin", "--password-stdin")
	s.does(password, "user", "add", "--level", "normal", "jo", "--credits", "50", "--email", "jo@example.com", "--first", "Jo", "--last", "Bell", "--parent", "sam", "--password-stdin")
	if token := s.does("", "user", "token", "jo"); !regexp.MustCompile(`^[a-z0-9-]{24,}\n$`).MatchString(token) {
		t.Errorf("the token does not stand alone: %q", token)
	}
	for _, flags := range [][]string{nil, {"--gateway", "clickatell", "--name", "Reminders"}} {
		if key := s.does("", append([]string{"user", "key", "jo"}, flags...)...); !regexp.MustCompile(`^[A-Za-z0-9]{32}\n$`).MatchString(key) {
			t.Errorf("the service key does not stand alone: %q", key)
		}
	}
	s.does("", "user", "suspend", "jo")
	list := s.does("", "user", "list")
	for _, want := range []string{`sam +admin +unlimited +active`, `jo +normal +sam +50 +suspended`} {
		if !regexp.MustCompile(want).MatchString(list) {
			t.Errorf("the list lacks %q:\n%s", want, list)
		}
	}
	s.does("", "user", "resume", "jo")
	s.does("another good password", "user", "password", "jo", "--password-stdin")

	s.does("", "provider", "add", "up", "--kind", "fastsms", "--set", "url="+upstream.URL, "--set", "token=@"+secret, "--set", "rate=20", "--default")
	s.does("x", "provider", "add", "other", "--kind", "fastsms", "--set", "url="+upstream.URL, "--set", "token=-")
	if got := s.does("", "provider", "test", "up"); !strings.Contains(got, "4812") {
		t.Errorf("the test says %q", got)
	}
	s.does("", "provider", "default", "Simulator")
	s.does("", "provider", "remove", "up")
	if list := s.does("", "provider", "list"); !regexp.MustCompile(`(?m)^Simulator +simulator +yes`).MatchString(list) || strings.Contains(list, "\nup ") {
		t.Errorf("the list of providers:\n%s", list)
	}
	for _, args := range [][]string{{"check"}, {"migrate"}, {"version"}} {
		if got := s.does("", args...); strings.Count(got, "\n") != 1 {
			t.Errorf("textdesk %v prints %q", args, got)
		}
	}
}

// What is refused is said in one sentence, and leaves nothing behind.
func TestRefusals(t *testing.T) {
	s := shell{t, t.TempDir()}
	s.does(password, "user", "add", "sam", "--level", "admin", "--password-stdin")
	s.does("", "provider", "add", "practice", "--kind", "simulator")
	before := s.does("", "user", "list") + s.does("", "provider", "list")
	for _, c := range []struct {
		says  string
		input string
		args  []string
	}{
		{"--password-stdin", "", []string{"user", "add", "jo"}},
		{"at least 10", "short", []string{"user", "add", "jo", "--password-stdin"}},
		{"admin or normal", password, []string{"user", "add", "jo", "--level", "king", "--password-stdin"}},
		{"username", password, []string{"user", "add", "j o", "--password-stdin"}},
		{"taken", password, []string{"user", "add", "SAM", "--password-stdin"}},
		{"whole number", password, []string{"user", "add", "jo", "--credits", "many", "--password-stdin"}},
		{"whole number", password, []string{"user", "add", "jo", "--credits", "-1", "--password-stdin"}},
		{"whole number", password, []string{"user", "add", "jo", "--credits", "9223372036854775807", "--password-stdin"}},
		{"no user called", password, []string{"user", "add", "jo", "--parent", "nobody", "--password-stdin"}},
		{"no user called", "", []string{"user", "token", "nobody"}},
		{"no user called", "", []string{"user", "key", "nobody"}},
		{"bulksms or clickatell", "", []string{"user", "key", "sam", "--gateway", "acme"}},
		{"no user called", "", []string{"user", "suspend", "nobody"}},
		{"last administrator", "", []string{"user", "suspend", "sam"}},
		{"at least 10", "short", []string{"user", "password", "sam", "--password-stdin"}},
		{"no kind of provider", "", []string{"provider", "add", "up"}},
		{"API token", "", []string{"provider", "add", "up", "--kind", "fastsms"}},
		{"no setting", "", []string{"provider", "add", "up", "--kind", "fastsms", "--set", "token=x", "--set", "colour=red"}},
		{"not a web address", "", []string{"provider", "add", "up", "--kind", "fastsms", "--set", "token=x", "--set", "url=file:///etc/passwd"}},
		{"how many messages", "", []string{"provider", "add", "up", "--kind", "fastsms", "--set", "token=x", "--set", "rate=NaN"}},
		{"requests in flight", "", []string{"provider", "add", "up", "--kind", "fastsms", "--set", "token=x", "--set", "concurrency=0"}},
		{"no such file", "", []string{"provider", "add", "up", "--kind", "fastsms", "--set", "token=@" + filepath.Join(s.data, "none")}},
		{"no provider called", "", []string{"provider", "default", "nobody"}},
		{"no provider called", "", []string{"provider", "remove", "nobody"}},
		{"32 bytes", "", []string{"user", "list", "--secret-key", "short"}},
		{"SQLite only", "", []string{"user", "list", "--database", "postgres://example/desk"}},
		{"base URL", "", []string{"serve", "--base-url", "intranet"}},
		{"trusted proxy", "", []string{"serve", "--trusted-proxies", "everyone"}},
		{"log format", "", []string{"serve", "--log", "xml"}},
		{"cannot listen", "", []string{"serve", "--listen", "nowhere"}},
	} {
		got := s.run(c.input, c.args...)
		if got.code != 1 || got.out != "" {
			t.Errorf("textdesk %v: exit %d, prints %q", c.args, got.code, got.out)
		}
		if !strings.HasPrefix(got.err, "textdesk: ") || strings.Count(got.err, "\n") != 1 || !strings.Contains(got.err, c.says) {
			t.Errorf("textdesk %v does not say %q in one sentence: %q", c.args, c.says, got.err)
		}
	}
	for _, args := range [][]string{{"dance"}, {"user"}, {"user", "add"}, {"user", "add", "a", "b"}, {"user", "list", "all"}, {"user", "list", "--nonsense"}, {"serve", "--demo-size", "many"}} {
		if got := s.run("", args...); got.code != 2 || got.out != "" || !strings.HasPrefix(got.err, "textdesk") || strings.Count(got.err, "\n") != 1 {
			t.Errorf("textdesk %v: exit %d, %q, %q", args, got.code, got.out, got.err)
		}
	}
	if after := s.does("", "user", "list") + s.does("", "provider", "list"); after != before {
		t.Errorf("refused commands left something behind:\n%s\nwas\n%s", after, before)
	}
}

// Who mistypes the data directory is told so: an empty desk would be found right,
// and a backup be made of it.
func TestWhereThereIsNoDesk(t *testing.T) {
	s := shell{t, filepath.Join(t.TempDir(), "mistyped")}
	for _, args := range [][]string{{"check"}, {"backup"}, {"backup", s.data + ".db"}, {"support"}, {"user", "list"}, {"user", "token", "sam"}, {"key", "adopt"}, {"provider", "list"}, {"maintenance", "on"}} {
		if got := s.run("", args...); got.code != 1 || got.out != "" || !strings.Contains(got.err, "there is no desk in "+s.data) || strings.Count(got.err, "\n") != 1 {
			t.Errorf("textdesk %v: %+v", args, got)
		}
		if _, err := os.Stat(s.data); err == nil {
			t.Fatalf("textdesk %v made the directory", args)
		}
	}
	if got := s.run(password, "user", "add", "jo", "--level", "normal", "--password-stdin"); got.code != 1 || !strings.Contains(got.err, "--level admin") {
		t.Errorf("a first user who cannot set the desk up: %+v", got)
	}
	s.does(password, "user", "add", "sam", "--level", "admin", "--password-stdin")
	s.does("", "check")
	if err := os.Remove(filepath.Join(s.data, db.FileName)); err != nil {
		t.Fatal(err)
	}
	if got := s.run("", "check"); got.code != 1 || !strings.Contains(got.err, "it has been") {
		t.Errorf("where there was one: %+v", got)
	}
}

func TestHelp(t *testing.T) {
	s := shell{t, t.TempDir()}
	if out := s.does("", "user", "add", "--help"); !strings.Contains(out, "usage: textdesk user add NAME [flags]") || !strings.Contains(out, "--password-stdin") || !strings.Contains(out, "--data directory") {
		t.Errorf("it says %q", out)
	}
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	s := shell{t, t.TempDir()}
	s.does("", "migrate")
	file, err := sql.Open("sqlite", filepath.Join(s.data, db.FileName))
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
	if err != nil || file.Close() != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"user", "list"}, {"migrate"}} {
		if got := s.run("", args...); got.code != 1 || !strings.Contains(got.err, "newer version") || strings.Count(got.err, "\n") != 1 {
			t.Errorf("textdesk %v: exit %d, %q", args, got.code, got.err)
		}
	}
}

func TestEnvironment(t *testing.T) {
	s := shell{t, t.TempDir()}
	s.does(password, "user", "add", "sam", "--level", "admin", "--password-stdin")
	list := func() (int, string, string) {
		var out, errs bytes.Buffer
		code := commands.Run(t.Context(), []string{"user", "list"}, commands.Streams{Out: &out, Err: &errs})
		return code, out.String(), errs.String()
	}
	file := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(file, []byte(s.data+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TEXTDESK_DATA_FILE", file)
	if code, out, _ := list(); code != 0 || !strings.Contains(out, "sam") {
		t.Errorf("from TEXTDESK_DATA_FILE: exit %d, %q", code, out)
	}
	t.Setenv("TEXTDESK_DATA_FILE", file+".none")
	if code, _, errs := list(); code == 0 || !strings.Contains(errs, "TEXTDESK_DATA_FILE") || strings.Count(errs, "\n") != 1 {
		t.Errorf("with a file that is not there: exit %d, %q", code, errs)
	}
	t.Setenv("TEXTDESK_DATA", s.data) // wins over the file
	if code, out, _ := list(); code != 0 || !strings.Contains(out, "sam") {
		t.Errorf("from TEXTDESK_DATA: exit %d, %q", code, out)
	}
	t.Setenv("TEXTDESK_DATA", filepath.Join(t.TempDir(), "elsewhere"))
	if got := s.does("", "user", "list"); !strings.Contains(got, "sam") {
		t.Errorf("the flag does not win: %q", got)
	}
}

// lines is standard output of a command that goes on.
type lines struct {
	sync.Mutex
	bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.Buffer.Write(p)
}

func (l *lines) match(pattern string) []string {
	l.Lock()
	defer l.Unlock()
	return regexp.MustCompile(pattern).FindStringSubmatch(l.String())
}

// serve runs until the test is over, and returns the address that it prints.
func (s shell) serve(listen string) (address string, out *lines) {
	s.t.Helper()
	out = new(lines)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		ended <- commands.Run(ctx, []string{"serve", "--data", s.data, "--listen", listen}, commands.Streams{Out: out, Err: s.t.Output()})
	}()
	s.t.Cleanup(func() {
		stop()
		if code := <-ended; code != 0 {
			s.t.Errorf("serve ended with %d", code)
		}
	})
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if m := out.match(`Textdesk is ready at (\S+)/\n`); m != nil {
			return m[1], out
		}
	}
	s.t.Fatal("it is not ready")
	return "", nil
}

func TestServe(t *testing.T) {
	s := shell{t, t.TempDir()}
	address, out := s.serve("127.0.0.1:0")
	if m := out.match(`\n[^\n]*(http://127\.0\.0\.1:\d+/setup\?token=\S+)\n`); m == nil {
		t.Error("there is no set-up link")
	} else if resp, err := http.Get(m[1]); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("the set-up link: %v %v", resp, err)
	} else {
		resp.Body.Close()
	}
	if got := s.run("", "serve", "--listen", "127.0.0.1:0"); got.code != 1 || !strings.Contains(got.err, "already serving") || strings.Count(got.err, "\n") != 1 {
		t.Errorf("a second serve: exit %d, %q", got.code, got.err)
	}
	other := shell{t, t.TempDir()}
	if got := other.run("", "serve", "--listen", strings.TrimPrefix(address, "http://")); got.code != 1 || !strings.Contains(got.err, "already listens") || strings.Count(got.err, "\n") != 1 {
		t.Errorf("a port in use: exit %d, %q", got.code, got.err)
	}
	// The desk notices by itself what commands do meanwhile.
	s.does(password, "user", "add", "sam", "--level", "admin", "--password-stdin")
	token := strings.TrimSpace(s.does("", "user", "token", "sam"))
	resp, err := http.PostForm(address+"/api", map[string][]string{"Token": {token}, "Action": {"CheckCredits"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil || strings.HasPrefix(body.String(), "-") {
		t.Errorf("a token made meanwhile: %q %v", body.String(), err)
	}
	s.does("", "healthcheck", "--listen", strings.TrimPrefix(address, "http://"))
}

// A desk that listens everywhere, as in a container, names an address that a
// browser can open.
func TestServeEverywhere(t *testing.T) {
	for _, listen := range []string{":0", "0.0.0.0:0", "[::]:0"} {
		t.Run(listen, func(t *testing.T) {
			address, _ := shell{t, t.TempDir()}.serve(listen)
			host, port, err := net.SplitHostPort(strings.TrimPrefix(address, "http://"))
			if err != nil || host != "localhost" || port == "0" {
				t.Errorf("it says it is ready at %s", address)
			}
		})
	}
}
