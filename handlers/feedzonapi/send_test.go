package feedzonapi_test

import (
	"strings"
	"testing"

	"textdesk/desk"
)

// What is the sender of a text, by what was asked for and what there is.
func TestSenderAndRepliable(t *testing.T) {
	const none = ""
	for _, c := range []struct {
		organisation, own, allowed string // the defaults, and who else may be used
		sender, repliable          string
		number                     string // whose 07700 900888 is, "" where there is none
		want                       string // "!1010" is refused
	}{
		{want: none},
		{repliable: "1", want: none},
		{repliable: "0", want: none},
		{organisation: "SCHOOL", want: "SCHOOL"},
		{organisation: "SCHOOL", repliable: "0", want: "SCHOOL"},
		{organisation: "SCHOOL", repliable: "1", want: none}, // nobody can answer a name
		{organisation: "07700 900999", repliable: "1", want: "447700900999"},
		{organisation: "07700 900999", own: "Year 4", want: "Year 4"},
		{organisation: "07700 900999", own: "Year 4", repliable: "1", want: "447700900999"},
		{organisation: "SCHOOL", own: "60777", repliable: "1", want: "60777"},
		{organisation: "SCHOOL", sender: "feedzon", want: "feedzon"},
		{organisation: "SCHOOL", sender: "feedzon", repliable: "1", want: "feedzon"}, // goes out, not repliable
		{sender: "447700900999", want: "447700900999"},
		{sender: "+447700900999", want: "447700900999"},
		{sender: "33612345678", want: "33612345678"}, // a mobile abroad
		{sender: "07700900999", want: "447700900999"},
		{sender: "elevenchars", want: "elevenchars"},
		{sender: "twelve chars", want: "!1010"},
		{sender: "日本", want: "!1010"},
		{sender: "12345678901234567890", want: "!1010"},
		{allowed: "Year 4", want: "Year 4"},
		{allowed: "Year 4\n07700 900999", repliable: "1", want: "447700900999"},
		{allowed: "Year 4", organisation: "07700 900999", repliable: "1", want: "!1020"},
		{allowed: "Year 4", sender: "feedzon", want: "!1010"},
		{repliable: "2", want: "!1010"},
		{number: "sam", repliable: "1", want: "447700900888"},
		{number: "sam", organisation: "07700 900999", repliable: "1", want: "447700900888"},
		{number: "sam", organisation: "07700 900999", want: "447700900999"},
		{number: "sam", allowed: "Year 4\n07700 900888", repliable: "1", want: "447700900888"},
		{number: "sam", allowed: "Year 4", repliable: "1", want: "!1020"},
		{number: "sam", sender: "feedzon", repliable: "1", want: "feedzon"},
		{number: "kim", organisation: "SCHOOL", repliable: "1", want: none},
		{number: "nobody", organisation: "SCHOOL", repliable: "1", want: "447700900888"},
		{number: "nobody", organisation: "07700 900999", repliable: "1", want: "447700900999"},
	} {
		t.Run(strings.Join([]string{c.organisation, c.own, c.allowed, c.sender, c.repliable, c.number}, ","), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.write("UPDATE users SET sender = ?, senders = ? WHERE username = 'sam'", c.own, c.allowed)
			w.write("INSERT INTO settings (key, value) VALUES ('sender', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", c.organisation)
			if c.number != "" {
				w.number("07700 900888", strings.ReplaceAll(c.number, "nobody", ""))
			}
			answer := w.call("sam", "SendMessage", "number", "447700900150", "message", "Hello", "sender", c.sender, "repliable", c.repliable)
			if code, refused := strings.CutPrefix(c.want, "!"); refused {
				if answer != `"`+code+`"` || len(w.messages()) != 0 {
					t.Errorf("answered %s, want %s", answer, code)
				}
				return
			}
			if m := w.messages(); !strings.HasPrefix(answer, `"0"`) || len(m) != 1 || m[0].Sender != c.want {
				t.Errorf("answered %s and made %+v; want a text from %q", answer, m, c.want)
			}
		})
	}
}

func TestNumbers(t *testing.T) {
	w := newWorld(t)
	for number, want := range map[string]string{
		"447700900150": "+447700900150", " 447700900150 ": "+447700900150", "+447700900150": "+447700900150", "07700900150": "+447700900150",
		"00447700900150": "+447700900150", "353851234567": "+353851234567", "4915112345678": "+4915112345678",
		"7700900150": "", "44 7700 900150": "", "447700900150,447700900151": "", "x": "", "": "", "1": "", "442079460000": "", "٤٤٧٧٠٠٩٠٠١٥٠": "",
	} {
		answer := w.call("boss", "SendMessage", "number", number, "message", "Hello")
		if want == "" {
			if answer != `"1010"` {
				t.Errorf("%q is answered %s, want 1010", number, answer)
			}
			continue
		}
		if m := w.messages(); !strings.HasPrefix(answer, `"0"`) || string(m[0].Number) != want {
			t.Errorf("%q is answered %s, and the last text goes to %s", number, answer, m[0].Number)
		}
	}
}

// Long texts have one reference, whatever their parts; longer ones are refused,
// never cut.
func TestLongTexts(t *testing.T) {
	w := newWorld(t)
	ref := w.send("boss", "number", "447700900150", "message", strings.Repeat("x", 10*153))
	if m := w.messages()[0]; m.Parts != 10 || itoa(m.ID) != ref || len(m.Body) != 1530 {
		t.Errorf("%s is %+v", ref, m)
	}
	if got := w.call("boss", "GetMessageStatus", "reference", itoa(w.messages()[0].ID+1)); !strings.HasSuffix(got, `"70"`) {
		t.Errorf("a part of it answers %s", got)
	}
	if got := w.call("boss", "SendMessage", "number", "447700900150", "message", strings.Repeat("x", 10*153+1)); got != `"1010"` {
		t.Errorf("a longer one answers %s", got)
	}
}

// Old programs send Windows-1252 and do not say so. What is neither that nor UTF-8
// is refused, and nothing is sent.
func TestOldProgramsAccents(t *testing.T) {
	w := newWorld(t)
	for sent, want := range map[string]string{
		"caf\xe9, \xa35": "café, £5", "\x93Hi\x94 \x96 \x80": "“Hi” – €", "café, £5": "café, £5",
		"caf\xc3": "", "\xff\xfeH": "", "café\xe9": "", "nul\x00": "",
	} {
		before := len(w.messages())
		answer := w.call("boss", "SendMessage", "number", "447700900150", "message", sent)
		after := w.messages()
		if want == "" {
			if answer != `"1010"` || len(after) != before {
				t.Errorf("%q is answered %s, want 1010", sent, answer)
			}
			continue
		}
		if !strings.HasPrefix(answer, `"0"`) || len(after) != before+1 || after[0].Body != want {
			t.Errorf("%q is answered %s, want a text %q", sent, answer, want)
		}
	}
}

// What an administrator has set for the user holds here as well.
func TestLimits(t *testing.T) {
	w := newWorld(t)
	text := []string{"number", "447700900150", "message", "Hello"}
	id := w.as("kim").User.ID
	steps := []struct {
		p    desk.Permissions
		want string
	}{
		{desk.Permissions{TemplatesOnly: true, ApproveAbove: -1}, `"1020"`},
		{desk.Permissions{DailyCap: 1, ApproveAbove: -1}, `"0"`},
		{desk.Permissions{DailyCap: 1, ApproveAbove: -1}, `"1020"`},
		{desk.Permissions{ApproveAbove: 0}, `"0"`},
	}
	for i, step := range steps {
		must(t, w.SetPermissions(t.Context(), desk.CommandLine(), id, step.p))
		if got := w.call("kim", "SendMessage", text...); !strings.HasPrefix(got, step.want) {
			t.Errorf("step %d answers %s, want %s", i, got, step.want)
		}
	}
	// The last one waits for an administrator, who returns it.
	waiting, err := w.Approvals(t.Context(), w.as("boss"))
	must(t, err)
	if len(waiting) != 1 {
		t.Fatalf("%d sends wait", len(waiting))
	}
	ref := itoa(w.messages()[0].ID)
	if got := w.call("kim", "GetMessageStatus", "reference", ref); !strings.HasSuffix(got, `"0"`) {
		t.Errorf("a text that waits answers %s", got)
	}
	must(t, w.Return(t.Context(), w.as("boss"), waiting[0].Batch.ID, "No"))
	if got := w.call("kim", "GetMessageStatus", "reference", ref); !strings.HasSuffix(got, `"29"`) {
		t.Errorf("a text that was returned answers %s", got)
	}
	must(t, w.SaveGuard(t.Context(), desk.CommandLine(), desk.Guard{PerNumber: 1}))
	must(t, w.SetPermissions(t.Context(), desk.CommandLine(), id, desk.Permissions{ApproveAbove: -1}))
	for _, c := range [][2]string{{"447700900150", `"0"`}, {"447700900150", `"1010"`}, {"4915112345678", `"1010"`}, {"447700900151", `"0"`}} {
		if got := w.call("kim", "SendMessage", "number", c[0], "message", "Hello"); !strings.HasPrefix(got, c[1]) {
			t.Errorf("%s answers %s, want %s", c[0], got, c[1])
		}
	}
}
