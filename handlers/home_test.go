package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"textdesk/desk"
	"textdesk/sms"
)

func TestHomeOfAnEmptyDesk(t *testing.T) {
	td := newTestDesk(t)
	td.at("2026-06-15 09:00")
	sam := td.signIn("sam")
	sam.get("/").wants(t, http.StatusOK, "Good morning, Sam", "Monday 15 June", `href="/send"`, "All is well.", "No send to several people is under way.",
		"Nothing was sent in the last seven days.", "When somebody answers a text, it stands here.", `hx-get="/home/live"`, `hx-trigger="every 20s"`, "1,000")
	sam.get("/home/live").lacks(t, "<html", "Good morning")
	td.at("2026-06-15 19:00")
	td.signIn("boss").get("/").wants(t, http.StatusOK, "Good evening, Bo", "Unlimited")
}

// What the page says adds up, and stays with those whom it is about.
func TestHomeTellsHowTodayGoes(t *testing.T) {
	td := newTestDesk(t)
	td.at("2026-06-15 11:00")
	td.addUser(desk.NewUser{Username: "kim", Level: desk.LevelNormal, Credits: 5, CreditReminder: 10})
	later := td.sendTo("sam", "07700900125", "07700900126")
	must(t, td.PauseBatch(t.Context(), td.actor("sam"), later))
	td.run()
	sent := td.sendTo("sam", "07700900123", "07700900124", "07700900102") // the simulator refuses the third
	td.await(sent, func(p desk.Progress) bool { return p.Batch.NDelivered == 2 && p.Batch.NFailed == 1 })
	must(t, td.ReplyFrom(t.Context(), td.actor("boss"), sms.MSISDN("+447700900123"), "See you there"))
	sam := td.signIn("sam")
	home := sam.get("/")
	home.wants(t, http.StatusOK, "66% of sent", "33% of sent", "07700 900123", "See you there", "<td role=\"cell\" class=\"num\" data-label=\"Delivered\">2</td>")
	kim := td.signIn("kim").get("/")
	kim.wants(t, http.StatusOK, "5 credits are left", "Ask your administrator for more", "nothing sent yet")
	kim.lacks(t, "See you there", "66% of sent")
	td.signIn("boss").get("/").wants(t, http.StatusOK, "1 person runs low on credits", "everyone here", "66% of sent")

	// A send that waits stands there with its bar.
	sam.get("/").wants(t, http.StatusOK, "Paused", "0 of 2 texts have left", "2 more waiting")
}

// sendTo sends a text and returns its batch.
func (td *testDesk) sendTo(username string, to ...string) int64 {
	td.t.Helper()
	sent, err := td.Send(td.t.Context(), td.actor(username), desk.Order{To: to, Sender: "Oakfield", Body: "Sports day is on Friday"})
	must(td.t, err)
	return sent.BatchID
}

// await waits until a send has come so far.
func (td *testDesk) await(batch int64, far func(desk.Progress) bool) {
	td.t.Helper()
	for range 2400 {
		p, err := td.Progress(td.t.Context(), td.actor("boss"), batch)
		must(td.t, err)
		if far(p) {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	td.t.Fatal("the send does not come so far")
}
