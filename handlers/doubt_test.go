package handlers_test

import (
	"fmt"
	"net/http"
	"testing"

	"textdesk/desk"
	"textdesk/sms"
)

func TestInDoubtShowsTheEvidence(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	b.get("/in-doubt").wants(t, http.StatusOK, "Nothing is in doubt")
	td.text("sam", "Did it go?", "07700 900101")
	td.carry(noAnswer)
	b.get("/in-doubt").wants(t, http.StatusOK, "07700 900101", "Did it go?", "Handed over", "to Simulator", "No answer came within 30 seconds.", "504",
		"Mark as sent", "Send again", "gets it twice", "gets nothing", "1 credit stays spent")
	td.addUser(desk.NewUser{Username: "jo", Level: desk.LevelNormal, Credits: 10})
	td.signIn("jo").get("/in-doubt").wants(t, http.StatusOK, "Nothing is in doubt")
	td.signIn("boss").get("/in-doubt").wants(t, http.StatusOK, "Sent by", "Sam Carter")
}

func TestDoubtIsDecided(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	ids := td.text("sam", "Did it go?", "07700 900101", "07700 900102", "07700 900103", "07700 900104")
	td.carry(noAnswer)
	for i, c := range []struct {
		do, back, path, says string
		want                 sms.Status
	}{
		{"send-again", "/in-doubt", "/in-doubt", "The text goes out once more.", sms.Queued},
		{"mark-as-sent", "/in-doubt", "/in-doubt", "Marked as sent.", sms.Submitted},
		{"mark-as-sent", messagePath(ids[2]), messagePath(ids[2]), "Marked as sent by Sam Carter", sms.Submitted},
		{"send-again", "https://evil.example/", messagePath(ids[3]), "Sent again by Sam Carter", sms.Queued},
	} {
		got := b.post(messagePath(ids[i])+"/"+c.do, form("back", c.back))
		got.wants(t, http.StatusOK, c.says)
		if got.path != c.path {
			t.Errorf("%s led to %s, want %s", c.do, got.path, c.path)
		}
		story, err := td.Message(t.Context(), td.actor("sam"), ids[i])
		must(t, err)
		if story.Message.Status != c.want {
			t.Errorf("%s made the message %v, want %v", c.do, story.Message.Status, c.want)
		}
	}
	// Somebody else was quicker.
	b.post(messagePath(ids[1])+"/send-again", form("back", "/in-doubt")).wants(t, http.StatusConflict, "This message is not in doubt any more.", "Nothing is in doubt")
	b.post(messagePath(ids[1])+"/send-again", form()).wants(t, http.StatusConflict, "This message is not in doubt any more.", "Text to 07700 900102")
}

func TestInDoubtPages(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	var to []string
	for i := range 25 {
		to = append(to, fmt.Sprintf("07700 9005%02d", i))
	}
	ids := td.text("sam", "Did it go?", to...)
	td.carry(noAnswer)
	b.get("/in-doubt").wants(t, http.StatusOK, "07700 900524", "07700 900505", fmt.Sprintf(`href="/in-doubt?before=%d"`, ids[5]))
	older := b.get(fmt.Sprintf("/in-doubt?before=%d", ids[5]))
	older.wants(t, http.StatusOK, "07700 900504", "07700 900500", fmt.Sprintf(`href="/in-doubt?after=%d"`, ids[4]))
	older.lacks(t, "07700 900505")
	b.get(fmt.Sprintf("/in-doubt?before=%d", ids[0])).wants(t, http.StatusOK, "07700 900524")
}
