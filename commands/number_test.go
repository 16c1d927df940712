package commands_test

import (
	"regexp"
	"strings"
	"testing"
)

func TestNumbers(t *testing.T) {
	s := shell{t, t.TempDir()}
	s.does(password+"\n", "user", "add", "sam", "--level", "admin", "--password-stdin")
	s.does("", "number", "add", "07860 033456", "--provider", "Simulator", "--owner", "sam", "--forward-url", "https://intranet.example/texts", "--forward-method", "get", "--forward-auth", "s3cret")
	s.does("from standard input\n", "number", "add", "--provider", "Simulator", "60777", "--forward-url", "https://intranet.example/texts", "--forward-auth", "-")
	s.does("", "number", "add", "+44 7860 033457", "--provider", "Simulator")
	list := s.does("", "number", "list")
	for _, want := range []string{`07860 033456 +Simulator +sam +GET https://intranet.example/texts +0 +0`, `60777 +Simulator +POST https://intranet.example/texts +0 +0`, `07860 033457 +Simulator +no +0 +0`} {
		if !regexp.MustCompile(want).MatchString(list) {
			t.Errorf("the list lacks %q:\n%s", want, list)
		}
	}
	if strings.Contains(list, "s3cret") {
		t.Errorf("the list tells the auth text:\n%s", list)
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"add", "07860 033456", "--provider", "Simulator"}, "textdesk: 07860 033456 is there already.\n"},
		{[]string{"add", "12", "--provider", "Simulator"}, "textdesk: 12 is not a number that texts can come in on. Write all of it, such as 07860 033456, or a short code, such as 60777.\n"},
		{[]string{"add", "Hartwell", "--provider", "Simulator"}, "textdesk: Hartwell is not a number that texts can come in on. Write all of it, such as 07860 033456, or a short code, such as 60777.\n"},
		{[]string{"add", "60778", "--provider", "nobody"}, "textdesk: There is no provider called nobody.\n"},
		{[]string{"add", "60778"}, "textdesk: Say which provider the number is from.\n"},
		{[]string{"add", "60778", "--provider", "Simulator", "--owner", "nobody"}, "textdesk: There is no user called nobody.\n"},
		{[]string{"add", "60778", "--provider", "Simulator", "--forward-url", "intranet"}, "textdesk: The address has to begin with https:// or http://.\n"},
		{[]string{"add", "60778", "--provider", "Simulator", "--forward-url", "http://x/", "--forward-method", "put"}, "textdesk: Texts are forwarded with get or with post.\n"},
		{[]string{"remove", "60779"}, "textdesk: There is no number 60779.\n"},
		{[]string{"allow", "http://x"}, "textdesk: \"http://x\" is neither the name of a host, such as intranet.example, nor an address, such as 10.0.0.7.\n"},
		{[]string{"forbid", "intranet.example"}, "textdesk: intranet.example is not among the hosts that are allowed.\n"},
	} {
		if got := s.run("", append([]string{"number"}, c.args...)...); got.code != 1 || got.err != c.says {
			t.Errorf("number %v: exit %d, %q, want %q", c.args, got.code, got.err, c.says)
		}
	}
	got := s.run("", "number", "add", "60780", "--provider", "Simulator", "--forward-url", "http://127.0.0.1:9/")
	if got.code != 0 || !strings.Contains(got.err, "textdesk number forbid 127.0.0.1:9\n") {
		t.Errorf("an address within the network: exit %d, %q", got.code, got.err)
	}
	s.does("", "number", "forbid", "127.0.0.1:9") // which had been allowed
	s.does("", "number", "allow", "127.0.0.1")
	s.does("", "number", "forbid", "127.0.0.1")
	s.does("", "number", "remove", "07860033456")
	if list := s.does("", "number", "list"); strings.Contains(list, "033456") {
		t.Errorf("it is still there:\n%s", list)
	}
}
