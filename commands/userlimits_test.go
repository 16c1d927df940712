package commands_test

import (
	"strings"
	"testing"
)

// The switches of the page of limits are there for scripts too; what is not said
// stays as it is.
func TestUserLimits(t *testing.T) {
	s := shell{t, t.TempDir()}
	s.does(password, "user", "add", "sam", "--level", "admin", "--password-stdin")
	s.does(password, "user", "add", "jo", "--level", "normal", "--password-stdin")
	limits := func(want string, flags ...string) {
		t.Helper()
		if got := s.does("", append([]string{"user", "limits", "jo"}, flags...)...); got != "jo: "+want+".\n" {
			t.Errorf("%q says %q, want %q", flags, got, want)
		}
	}
	limits("no limits")
	limits("one person at a time; senders School, 07700 900999; 200 credits a day", "--bulk", "off", "--senders", "School, 07700 900999", "--daily-cap", "200")
	limits("templates only; no import; senders School, 07700 900999; approval above 50; 200 credits a day", "--bulk", "on", "--write", "templates", "--import", "off", "--approval", "50")
	limits("templates only; no import; senders School, 07700 900999; every send approved; 200 credits a day", "--approval", "all")
	limits("no limits", "--write", "anything", "--import", "on", "--senders", "any", "--approval", "rule", "--daily-cap", "0")
	if got := s.does("", "user", "limits", "sam", "--sees-others", "off"); got != "sam: own texts only.\n" {
		t.Errorf("an administrator: %q", got)
	}
	for want, flags := range map[string][]string{
		"say on or off":             {"--bulk", "perhaps"},
		"say anything or templates": {"--write", "nothing"},
		"say a whole number":        {"--daily-cap", "many"},
		"say all to have":           {"--approval", "0"},
	} {
		if got := s.run("", append([]string{"user", "limits", "jo"}, flags...)...); got.code != 2 || !strings.Contains(got.err, want) {
			t.Errorf("%q: %+v", flags, got)
		}
	}
	for want, args := range map[string][]string{
		"no user called ann": {"user", "limits", "ann", "--bulk", "off"},
		"is a normal user":   {"user", "limits", "jo", "--sees-others", "off"},
		"is no sender":       {"user", "limits", "jo", "--senders", "much too long a name"},
	} {
		if got := s.run("", args...); got.code != 1 || !strings.Contains(got.err, want) {
			t.Errorf("%q: %+v", args, got)
		}
	}
	if got := s.run("", "user", "limits", "ann"); got.code != 1 {
		t.Errorf("of nobody: %+v", got)
	}
	limits("no limits")
}

func TestUserChangeAndRestore(t *testing.T) {
	s := shell{t, t.TempDir()}
	s.does(password, "user", "add", "sam", "--level", "admin", "--password-stdin")
	s.does(password, "user", "add", "jo", "--level", "normal", "--first", "Jo", "--email", "jo@example.org", "--password-stdin")
	s.does("", "user", "change", "jo", "--level", "admin", "--last", "Bell")
	if list := s.does("", "user", "list"); !strings.Contains(list, "jo    admin") {
		t.Errorf("the level is not changed:\n%s", list)
	}
	for want, args := range map[string][]string{
		"say what to change": {"jo"}, "e-mail": {"jo", "--email", "nowhere"}, "level": {"jo", "--level", "king"}, "no user called": {"ann", "--last", "Lee"},
	} {
		if got := s.run("", append([]string{"user", "change"}, args...)...); got.code != 1 || !strings.Contains(strings.ToLower(got.err), want) {
			t.Errorf("%q: %+v", args, got)
		}
	}
	s.does("", "user", "archive", "jo")
	if link := s.does("", "user", "restore", "jo", "--base-url", "https://intranet.example/sms"); !strings.HasPrefix(link, "https://intranet.example/sms/join/") {
		t.Errorf("the link is %q", link)
	}
	if got := s.run("", "user", "restore", "jo"); got.code != 1 {
		t.Errorf("a second time: %+v", got)
	}
	if list := s.does("", "user", "list"); !strings.Contains(list, "invited") {
		t.Errorf("jo is not back:\n%s", list)
	}
}
