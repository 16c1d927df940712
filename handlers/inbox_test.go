package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"textdesk/desk"
	"textdesk/sms"
)

// answers sends a text to a phone that answers it, and returns the address of the
// conversation and the message's id.
func (td *testDesk) answers(t *testing.T, who, text, number, reply string) (path string, id int64) {
	t.Helper()
	id = td.text(who, text, number)[0]
	td.carry(nil)
	must(t, td.ReplyFrom(t.Context(), td.actor(who), sms.MSISDN(number), reply))
	found, err := td.Conversations(t.Context(), td.actor(who), desk.InboxSearch{Folder: desk.FolderAll, Limit: 1})
	must(t, err)
	if len(found.Rows) != 1 || found.Rows[0].Last != reply {
		t.Fatalf("%q is in no conversation: %+v", reply, found.Rows)
	}
	return fmt.Sprintf("/inbox/%d", found.Rows[0].Conversation.ID), id
}

// replyForm is the form of a reply as the page has it, with a text.
func replyForm(t *testing.T, page answer, text, do string) url.Values {
	return url.Values{"key": {hidden(t, page, "key")}, "seen_inbound": {hidden(t, page, "seen_inbound")}, "seen_batch": {hidden(t, page, "seen_batch")}, "body": {text}, "do": {do}}
}

func TestInbox(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	b.get("/inbox").wants(t, http.StatusOK, "Nobody has written yet", `href="/send"`)
	path, id := td.answers(t, "sam", "Boiler visit on Tuesday", "+447700900123", "Yes <b>please</b>\nwhich door?")
	list := b.get("/inbox")
	list.wants(t, http.StatusOK, "07700 900123", "Yes &lt;b&gt;please&lt;/b&gt; which door?", `href="`+path+`"`, "conv-unread", `<span class="nav-badge">1`)
	list.lacks(t, "<b>please")
	thread := b.get(path)
	thread.wants(t, http.StatusOK, "Yes &lt;b&gt;please&lt;/b&gt;\nwhich door?", "in reply to", "Boiler visit on Tuesday", fmt.Sprintf(`href="/messages/%d"`, id),
		"sent by Sam Carter", `href="/simulator/447700900123"`, `href="/contacts/new?number=447700900123"`)
	if thread.lacks(t, "conv-unread"); strings.Contains(thread.body, "<b>please") {
		t.Error("what was written is not escaped")
	}
	b.get(messagePath(id)).wants(t, http.StatusOK, "Replies", "Yes &lt;b&gt;please")
	// A text that answers nothing is for who sees everything.
	must(t, td.ReplyFrom(t.Context(), td.actor("boss"), "+447700900145", "Who are you?"))
	td.signIn("boss").get("/inbox").wants(t, http.StatusOK, "Who are you?", "Yes &lt;b&gt;please")
	td.addUser(desk.NewUser{Username: "jo", Level: desk.LevelNormal, Credits: 10})
	jo := td.signIn("jo")
	jo.get("/inbox").wants(t, http.StatusOK, "Nobody has written yet")
	for _, to := range []string{"", "/live"} {
		if got := jo.get(path + to); got.status != http.StatusNotFound {
			t.Errorf("a colleague gets %d for %s%s", got.status, path, to)
		}
	}
	for _, to := range []string{"reply", "check", "take", "release", "done", "reopen", "unread", "opt-out", "wrong-number", "note", "assign"} {
		got := jo.post(path+"/"+to, url.Values{"note": {"Mine"}, "body": {"Mine"}, "assignee": {"1"}, "do": {"send"}, "key": {"k"}})
		if got.status != http.StatusNotFound {
			t.Errorf("a colleague gets %d for %s", got.status, to)
		}
	}
}

func TestReplyFromTheInbox(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	path, _ := td.answers(t, "sam", "Boiler visit on Tuesday", "+447700900123", "Which door?")
	page := b.get(path)
	b.post(path+"/reply", replyForm(t, page, "  ", "send")).wants(t, http.StatusUnprocessableEntity, "Write a message", "Error: ")
	form := replyForm(t, page, "The back door, please.", "send")
	after := b.post(path+"/reply", form)
	if after.path != path {
		t.Errorf("a reply leads to %s", after.path)
	}
	after.wants(t, http.StatusOK, "The back door, please.", "Yours")
	if n := strings.Count(after.body, `class="bubble"`); n != 3 {
		t.Errorf("the thread has %d texts", n)
	}
	// The same form once more, as by a double click.
	b.post(path+"/reply", form).wants(t, http.StatusOK, "only once")
	if n := strings.Count(b.get(path).body, `class="bubble"`); n != 3 {
		t.Errorf("after a double click the thread has %d texts", n)
	}
	// Somebody writes while a reply is being written.
	stale := replyForm(t, after, "Half past nine", "send")
	td.carry(nil)
	must(t, td.ReplyFrom(t.Context(), td.actor("sam"), "+447700900123", "And when?"))
	asked := b.post(path+"/reply", stale)
	asked.wants(t, http.StatusUnprocessableEntity, "Another text came while you were writing", "Half past nine", "And when?", "Send it all the same")
	b.post(path+"/reply", replyForm(t, asked, "Half past nine", "send-done")).wants(t, http.StatusOK, "Half past nine", "Sent, and done", "Reopen")
	b.get("/inbox?folder=done").wants(t, http.StatusOK, `href="`+path+`?folder=done"`)
	b.get("/inbox?folder=mine").wants(t, http.StatusOK, "Nothing waits for you")
	// Their answer opens it again, for who had it.
	td.carry(nil)
	must(t, td.ReplyFrom(t.Context(), td.actor("sam"), "+447700900123", "Thanks"))
	b.get("/inbox?folder=mine").wants(t, http.StatusOK, "Thanks", "conv-unread")
}

func TestInboxDeeds(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	path, _ := td.answers(t, "sam", "Boiler visit on Tuesday", "+447700900123", "Please stop writing to me")
	do := func(what string, form url.Values, wants ...string) {
		t.Helper()
		b.post(path+"/"+what, form).wants(t, http.StatusOK, wants...)
	}
	do("take", nil, "Sam Carter took it", "Yours")
	do("release", nil, "left it for somebody else", "Nobody has it")
	do("done", nil, "marked it as done", "Reopen")
	do("reopen", nil, "reopened it", "Nobody has it")
	do("note", url.Values{"note": {"Rang back <soon>"}}, "for colleagues only", "Rang back &lt;soon&gt;")
	b.post(path+"/note", url.Values{"note": {" "}}).wants(t, http.StatusUnprocessableEntity, "Write the note first")
	b.post(path+"/unread", nil).wants(t, http.StatusOK, "conv-unread", "unread again")
	do("opt-out", nil, "Must not be texted", "nobody may text", "there is no reply")
	b.get("/inbox?folder=opt-outs").wants(t, http.StatusOK, path)
	if out, why, err := td.MustNotText(t.Context(), "+447700900123"); err != nil || !out || why == "" {
		t.Errorf("after opting out: %v %q %v", out, why, err)
	}
}

func TestInboxSearchAndLive(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	path, _ := td.answers(t, "sam", "Boiler visit on Tuesday", "+447700900123", "Which zebra crossing?")
	_, err := td.AddContact(t.Context(), td.actor("sam"), desk.ContactForm{Name: "Ottilie Brandt", Number: "07700 900123"})
	must(t, err)
	for _, q := range []string{"ottil", "07700 900 1", "zebra", "ZEBRA cross"} {
		b.get("/inbox?q="+url.QueryEscape(q)).wants(t, http.StatusOK, "1 conversation found", "Ottilie Brandt")
	}
	b.get("/inbox?q=giraffe").wants(t, http.StatusOK, "Nobody and nothing was found")
	live := func() string {
		t.Helper()
		m := regexp.MustCompile(`hx-get="([^"]*/live[^"]*)"`).FindStringSubmatch(b.get(path).body)
		if m == nil {
			t.Fatal("the page does not ask what is new")
		}
		return strings.ReplaceAll(m[1], "&amp;", "&")
	}
	at := live()
	if got := b.get(at); got.status != http.StatusNoContent {
		t.Errorf("nothing is new, and the answer is %d", got.status)
	}
	must(t, td.ReplyFrom(t.Context(), td.actor("sam"), "+447700900123", "The one by the school"))
	b.get(at).wants(t, http.StatusOK, "The one by the school", `hx-target="#thread-talk"`, `hx-target="#inbox-list"`)
}

// Where more people are called so than are looked up, both searches say it.
func TestASearchByNameSaysWhereItStopped(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	for i := range 101 {
		_, err := td.AddContact(t.Context(), td.actor("sam"), desk.ContactForm{Name: fmt.Sprintf("Ottilie %c%c", 'A'+i/26, 'a'+i%26), Number: fmt.Sprintf("07700 900%03d", i)})
		must(t, err)
	}
	td.text("sam", "Boiler visit", "07700 900000")
	for _, path := range []string{"/inbox", "/outbox"} {
		b.get(path+"?q=ottilie").wants(t, http.StatusOK, "Very many are called so: only the first 100 in each address book were looked up. Type more of the name.")
		b.get(path+"?q=ottilie+ab").lacks(t, "looked up")
	}
}

func TestInboxPages(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	path, _ := td.answers(t, "sam", "Say something", "+447700900123", "First")
	for i := range 150 {
		must(t, td.ReplyFrom(t.Context(), td.actor("sam"), "+447700900123", fmt.Sprintf("Reply number %03d.", i)))
	}
	seen := map[string]bool{}
	next := path
	for range 5 {
		got := b.get(next)
		got.wants(t, http.StatusOK)
		for _, m := range regexp.MustCompile(`Reply number \d+\.`).FindAllString(got.body[strings.Index(got.body, "thread-talk"):], -1) {
			if seen[m] {
				t.Errorf("%s is on two pages", m)
			}
			seen[m] = true
		}
		m := regexp.MustCompile(`href="([^"]*texts=[^"]*)"[^>]*>[^E]*<svg[^>]*>.*?</svg>\s*<span>Earlier texts`).FindStringSubmatch(got.body)
		if m == nil {
			break
		}
		next = strings.ReplaceAll(m[1], "&amp;", "&")
	}
	if len(seen) != 150 {
		t.Errorf("%d of 150 texts are shown", len(seen))
	}
	for i := range 40 {
		number := fmt.Sprintf("+4477009005%02d", i)
		td.text("sam", "Hello", number)
		td.carry(nil)
		must(t, td.ReplyFrom(t.Context(), td.actor("sam"), sms.MSISDN(number), "Hello back"))
	}
	first := b.get("/inbox")
	first.wants(t, http.StatusOK, "Older")
	m := regexp.MustCompile(`href="(/inbox\?before=[^"]*)"`).FindStringSubmatch(first.body)
	if m == nil {
		t.Fatal("there is no older page")
	}
	second := b.get(m[1])
	if n := strings.Count(second.body, "data-conv"); n != 11 {
		t.Errorf("the second page has %d of 11 conversations", n)
	}
	m = regexp.MustCompile(`href="(/inbox\?after=[^"]*)"`).FindStringSubmatch(second.body)
	if m == nil {
		t.Fatal("there is no newer page")
	}
	if n := strings.Count(b.get(m[1]).body, "data-conv"); n != 30 {
		t.Errorf("the first page, come back to, has %d of 30 conversations", n)
	}
}

// Every state of a conversation has its page, for those who may send anything and
// for those who send templates only.
func TestInboxStates(t *testing.T) {
	td := newTestDesk(t)
	path, _ := td.answers(t, "sam", "Boiler visit on Tuesday", "+447700900123", "Which door?")
	boss, sam := td.signIn("boss"), td.signIn("sam")
	_, err := td.AddTemplate(t.Context(), td.actor("boss"), desk.TemplateForm{Name: "Thank you", Body: "Thank you, ((Name|friend)).", Shared: true})
	must(t, err)
	page := sam.get(path)
	page.wants(t, http.StatusOK, "Saved replies", "Thank you")
	found, err := td.Templates(t.Context(), td.actor("sam"), "")
	must(t, err)
	insert := replyForm(t, page, "Hello", "template")
	insert.Set("template", fmt.Sprint(found[0].ID))
	sam.post(path+"/reply", insert).wants(t, http.StatusOK, "Hello\nThank you, friend.")
	sam.post(path+"/check", insert).wants(t, http.StatusOK, "Hello\nThank you, friend.", `hx-target="#message-field"`)
	check := replyForm(t, page, strings.Repeat("x", 200), "")
	sam.post(path+"/check", check).wants(t, http.StatusOK, "200 characters, 2 text messages", `hx-target="#counter"`)
	boss.get(path).wants(t, http.StatusOK, "Sam Carter</strong> is replying")
	must(t, td.SetPermissions(t.Context(), desk.CommandLine(), td.actor("sam").User.ID, desk.Permissions{TemplatesOnly: true, Bulk: true, SeesOthers: true, ApproveAbove: -1}))
	limited := sam.get(path)
	limited.wants(t, http.StatusOK, "You send texts of templates")
	limited.lacks(t, "data-reply", "Saved replies")
	form := replyForm(t, limited, "Anything else", "send")
	sam.post(path+"/reply", form).wants(t, http.StatusUnprocessableEntity, "Error: ")
	form.Set("template", fmt.Sprint(found[0].ID))
	form.Set("fill-name", "Ann")
	sam.post(path+"/reply", form).wants(t, http.StatusOK, "Thank you, Ann.")
	boss.post(path+"/wrong-number", nil).wants(t, http.StatusOK, "there is no reply", "Allow again", "the conversation is done")
	sam.get(path).lacks(t, "Allow again")
	boss.post(path+"/assign", form).wants(t, http.StatusOK, "Choose somebody first")
	boss.post(path+"/assign", url.Values{"assignee": {"99999"}}).wants(t, http.StatusOK, "Choose somebody from the list")
	if got := boss.get("/inbox/99999"); got.status != http.StatusNotFound {
		t.Errorf("a conversation that is none answers %d", got.status)
	}
	boss.get("/inbox?folder=nonsense&before=x&after=y&texts=z").wants(t, http.StatusOK, `data-conv`)
}
