package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"textdesk/desk"
	"textdesk/providers"
	"textdesk/sms"
)

func messagePath(id int64) string { return fmt.Sprintf("/messages/%d", id) }

func TestMessageTellsItsStory(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	long := strings.Repeat("The coach leaves at 08:15 from the lower gate. ", 5)
	id := td.text("sam", long, "07700 900123")[0]
	td.carry(nil)
	td.receipt(id, sms.Failed, "ABSENT", "the phone is switched off")
	b.get(messagePath(id)).wants(t, http.StatusOK, "Text to 07700 900123", "07700 900999", "Not delivered: the phone is switched off", "2 text messages, 2 credits",
		"Written by Sam Carter", "Taken by the provider", "ABSENT", reference(id, 0), reference(id, 1), "Simulator", `href="/simulator/447700900123"`)
	// An API knows the second part by its own id.
	b.get(messagePath(id+1)).wants(t, http.StatusOK, "Text to 07700 900123")
	b.get(messagePath(id+2)).wants(t, http.StatusNotFound, "There is no such message.")
	b.get("/messages/x").wants(t, http.StatusNotFound)
}

func TestMessageStates(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	ids := everyState(t, td)
	for s, words := range map[sms.Status][]string{
		sms.Scheduled: {"Scheduled", "It leaves ", "Cancel this text"}, sms.Queued: {"Waiting", "Cancel this text"}, sms.Submitting: {"Sending"},
		sms.Submitted: {"Submitted", "The provider has it."}, sms.Sent: {"Sent"}, sms.Delivered: {"Delivered", "It is on the phone, since "},
		sms.Failed: {"Not delivered: nobody has this number", "1 credit was given back."}, sms.Expired: {"Expired: validity passed"},
		sms.Unknown: {"Unknown", "No receipt came"}, sms.Cancelled: {"Cancelled by Sam Carter", "1 credit was given back."}, sms.InDoubt: {"In doubt: no answer came within 30 seconds", "Send again", "Mark as sent", "504"},
	} {
		got := b.get(messagePath(ids[s]))
		got.wants(t, http.StatusOK, words...)
		if !s.Waiting() {
			got.lacks(t, "Cancel this text")
		}
		if s != sms.InDoubt {
			got.lacks(t, "Mark as sent")
		}
		live := b.get(messagePath(ids[s]) + "/live")
		if polls := strings.Contains(live.body, `hx-get="/messages/`); polls == s.Final() {
			t.Errorf("the live part of a message that is %v polls: %v", s, polls)
		}
		live.lacks(t, "<html")
	}
	// What was tried and put off says when and why.
	id := td.text("sam", "Again later", "07700 900188")[0]
	td.carry(&providers.Error{Kind: providers.Throttled, Code: "SLOWER", Text: "the provider asks to slow down", RetryAfter: time.Minute})
	b.get(messagePath(id)).wants(t, http.StatusOK, "It is tried again at ", "the provider asks to slow down", "Cancel this text")
}

func TestMessageBecomesDeliveredByItself(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	id := td.text("sam", "Hello", "07700 900123")[0]
	td.run()
	b.get(messagePath(id)).wants(t, http.StatusOK, `hx-get="`+messagePath(id)+`/live"`, `hx-trigger="every 1s"`, "Refresh")
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		live := b.get(messagePath(id) + "/live")
		if strings.Contains(live.body, "Delivered to the phone") {
			live.lacks(t, "hx-get", "Refresh")
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("not delivered in time:\n%s", live.body)
		}
	}
}

func TestMessageIsOnesOwn(t *testing.T) {
	td := newTestDesk(t)
	td.addUser(desk.NewUser{Username: "jo", Level: desk.LevelNormal, Credits: 10})
	id := td.text("sam", "Only Sam knows", "07700 900101")[0]
	td.carry(noAnswer)
	jo := td.signIn("jo")
	for _, path := range []string{"", "/live", "/cancel"} {
		got := jo.get(messagePath(id) + path)
		got.wants(t, http.StatusNotFound)
		got.lacks(t, "Only Sam knows")
	}
	for _, path := range []string{"/cancel", "/send-again", "/mark-as-sent"} {
		jo.post(messagePath(id)+path, form()).wants(t, http.StatusNotFound)
	}
	td.signIn("boss").get(messagePath(id)).wants(t, http.StatusOK, "Only Sam knows", "Written by Sam Carter")
	story, err := td.Message(t.Context(), td.actor("sam"), id)
	must(t, err)
	if story.Message.Status != sms.InDoubt {
		t.Errorf("a sibling moved the message to %v", story.Message.Status)
	}
}

func TestCancelMessage(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	id := td.text("sam", "Never mind", "07700 900101")[0]
	b.get(messagePath(id)+"/cancel").wants(t, http.StatusOK, "Cancel this text?", "07700 900101 does not get “Never mind”.", "1 credit comes back to Sam Carter.", "Cancel the text to 07700 900101", "Keep it")
	got := b.post(messagePath(id)+"/cancel", form())
	got.wants(t, http.StatusOK, "Cancelled. The text was not sent", "Cancelled by Sam Carter")
	if got.path != messagePath(id) {
		t.Errorf("cancelling led to %s", got.path)
	}
	if balance := td.actor("sam").User.Balance; balance != 1000 {
		t.Errorf("sam has %d credits after cancelling, want 1,000", balance)
	}
}

func TestCancelTooLate(t *testing.T) {
	td := newTestDesk(t)
	b := td.signIn("sam")
	id := td.text("sam", "On its way", "07700 900101")[0]
	td.carry(nil)
	for _, got := range []answer{b.get(messagePath(id) + "/cancel"), b.post(messagePath(id)+"/cancel", form())} {
		got.wants(t, http.StatusConflict, "It is too late: the message has already left.", "Error: ", "Submitted")
	}
}
