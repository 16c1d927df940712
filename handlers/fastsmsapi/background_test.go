package fastsmsapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"textdesk/db"
)

func TestGetBGMessagesOfManyIsJSON(t *testing.T) {
	w := newWorld(t)
	var to []string
	for i := range 3000 {
		to = append(to, fmt.Sprintf("4477009%05d", 20000+i))
	}
	ids := strings.Split(w.call("boss", "Send", text("DestinationAddress", strings.Join(to, ","))...), ",")
	m, err := w.Message(t.Context(), w.as("boss"), atoi(t, ids[0]))
	must(t, err)
	batch := itoa(m.Message.BatchID)
	if _, err := w.Stop(t.Context(), w.as("boss"), m.Message.BatchID); err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	must(t, json.Unmarshal([]byte(w.call("boss", "GetBGMessages", "BGSendID", batch)), &rows))
	if len(rows) != 3000 {
		t.Fatalf("there are %d rows", len(rows))
	}
	for i, row := range rows {
		if row["MessageID"] != ids[i] || row["Destination"] != to[i] || row["Status"] != "Cancelled" || len(row) != 3 {
			t.Fatalf("row %d is %v", i, row)
		}
	}
	// A send whose messages are gone.
	must(t, w.store.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.InsertBatch(ctx, db.InsertBatchParams{ID: 77, UserID: w.as("boss").User.ID, Door: "fastsms", Sender: "SCHOOL", Body: "Hello", Zone: "Europe/London"})
	}))
	if got := w.call("boss", "GetBGMessages", "BGSendID", "77"); got != `{"error":"-523","message":"No messages were found"}` {
		t.Errorf("without messages: %s", got)
	}
}

// Who is suppressed between the acceptance and the leaving is told apart from
// who was before.
func TestGroupWithSuppressedPeople(t *testing.T) {
	w := newWorld(t)
	_, err := w.Suppress(t.Context(), w.as("boss"), "07700900150", "Asked")
	must(t, err)
	batch := w.call("sam", "Send", "DestinationAddress", "Group", "GroupName", "year 4", "SourceAddress", "API", "Body", "Hello", "GetBGSendID", "1")
	if got := w.balance("sam"); got != 9 {
		t.Errorf("sam has %d credits left of 10", got)
	}
	skips, n, err := w.Skips(t.Context(), w.as("sam"), atoi(t, batch), 5)
	if err != nil || n != 1 || skips[0].Typed != "Ann +447700900150" {
		t.Errorf("left out: %+v, %v", skips, err)
	}
	_, err = w.Suppress(t.Context(), w.as("boss"), "07700900151", "Asked")
	must(t, err)
	claimed, err := w.Claim(t.Context(), w.provider(), 0, 10)
	must(t, err)
	if marked, err := w.Mark(t.Context(), claimed); err != nil || len(marked) != 0 {
		t.Errorf("left: %v, %v", marked, err)
	}
	if got := w.call("sam", "GetBGMessages", "BGSendID", batch); got != `[{"MessageID":"10000001","Destination":"447700900151","Status":"Undeliverable"}]` {
		t.Errorf("the messages are %s", got)
	}
	if got := w.balance("sam"); got != 10 {
		t.Errorf("sam has %d credits; the one is back", got)
	}
	if got := w.call("sam", "Send", "DestinationAddress", "Group", "GroupName", "year 4", "SourceAddress", "API", "Body", "Hello"); got != "-412" {
		t.Errorf("a group of whom nobody may be texted: %s", got)
	}
}

// Credits for some of a group text some, and the answer is as for all.
func TestGroupPastTheCredits(t *testing.T) {
	w := newWorld(t)
	var names []string
	for i := range 12 {
		names = append(names, fmt.Sprintf("0770090%04d", 300+i))
	}
	kim := w.as("kim")
	group, err := w.AddGroup(t.Context(), kim, "Many")
	must(t, err)
	_, err = w.PasteIntoGroup(t.Context(), kim, group, strings.Join(names, "\n"))
	must(t, err)
	if got := w.call("kim", "Send", "DestinationAddress", "Group", "GroupName", "Many", "SourceAddress", "API", "Body", "Hello"); got != "1" {
		t.Errorf("answered %s", got)
	}
	if got := len(w.messages()); got != 5 || w.balance("kim") != 0 {
		t.Errorf("%d texts, %d credits left", got, w.balance("kim"))
	}
	if got := w.call("kim", "Send", "DestinationAddress", "Group", "GroupName", "Many", "SourceAddress", "API", "Body", "Hello"); got != "-100" {
		t.Errorf("without credits: %s", got)
	}
}
