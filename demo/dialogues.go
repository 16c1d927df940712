package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/sms"
)

// said is one line of a conversation: of a parent where by is "", else of a
// colleague. A note is for colleagues only; a deed is what one of them did.
type said struct {
	ago        time.Duration
	by, text   string
	note, deed string
}

// dialogue is a conversation in the inbox. Its first line is a text of its owner.
type dialogue struct {
	number, owner, sender string
	lines                 []said
	assignee              string
	done, unread          bool
}

const office, absence = "447700900999", "447700900555"

// dialogues are what an office is written, the newest last.
var dialogues = []dialogue{
	{number: "+447700900131", owner: "jo", sender: office, done: true, assignee: "jo", lines: []said{
		{ago: 74 * time.Hour, by: "jo", text: "Your appointment with Mrs Osei is on Thursday at 15:40 in room 12. Please reply if you cannot come."},
		{ago: 73 * time.Hour, text: "Thank you, I will be there"},
		{ago: 72 * time.Hour, by: "jo", text: "Lovely, see you then."},
		{ago: 72 * time.Hour, by: "jo", deed: desk.LineDone},
	}},
	{number: "+447700900149", owner: "priya", sender: office, assignee: "priya", lines: []said{
		{ago: 50 * time.Hour, by: "priya", text: "Reminder: Year 4 swimming starts on Monday. Your child needs a towel, goggles and a swimming hat, all with their name in. The coach leaves at 9:15 and is back for lunch."},
		{ago: 49 * time.Hour, text: "Hi, Kofi has grommets, is he allowed to swim??"},
		{ago: 48 * time.Hour, by: "priya", deed: desk.LineClaimed},
		{ago: 48 * time.Hour, by: "priya", note: "Asked Mrs Osei. Fine with a headband and ear plugs, but his parents have to bring a letter."},
		{ago: 47 * time.Hour, by: "priya", text: "Hello, yes he can swim with ear plugs and a headband. Could you send a short letter with him on Monday?"},
		{ago: 46 * time.Hour, text: "Great, will do. Thank you 😊"},
	}},
	{number: "+447700900888", owner: "jo", sender: absence, lines: []said{
		{ago: 27 * time.Hour, by: "jo", text: "Good morning, we have not seen Noah today and have no message about him. Is he unwell? Please reply or ring 020 7946 0321."},
		{ago: 26 * time.Hour, text: "Who is this? I dont have a son. You have the wrong number"},
	}, unread: true},
	{number: "+447700900122", owner: "sam", sender: office, assignee: "jo", lines: []said{
		{ago: 8 * time.Hour, by: "sam", text: "The balance of £24.50 for the trip to the Science Museum is due on Friday. You can pay at the office or on the school's website."},
		{ago: 7 * time.Hour, text: "I paid on Tuesday already, please check"},
		{ago: 6*time.Hour + 40*time.Minute, by: "sam", deed: desk.LineAssigned},
		{ago: 6*time.Hour + 30*time.Minute, by: "jo", note: "Not on the list from the bank. Reference may be the child's name, ask."},
		{ago: 6*time.Hour + 28*time.Minute, by: "jo", text: "Thank you. We cannot find it yet: which name and amount did you use?"},
		{ago: 5 * time.Hour, text: "E BROWN, 24.50, on the 17th. I can send you the receipt"},
		{ago: 4*time.Hour + 50*time.Minute, by: "jo", text: "Found it, all is well. Sorry for the trouble!"},
	}},
	{number: "+447700900156", owner: "jo", sender: absence, unread: true, lines: []said{
		{ago: 130 * time.Minute, by: "jo", text: "Good morning, we have not seen Ella today and have no message about her. Is she unwell? Please reply or ring 020 7946 0321."},
		{ago: 95 * time.Minute, text: "Sorry!! She has a temperature. Back Thursday I hope"},
		{ago: 94 * time.Minute, text: "Can her sister bring her reading book home?"},
	}},
	{number: "+447700900117", owner: "sam", sender: office, assignee: "sam", lines: []said{
		{ago: 55 * time.Minute, by: "sam", text: "Freya was brilliant in assembly today 🌟 We thought that you would like to know."},
		{ago: 41 * time.Minute, text: "Oh that is so nice of you to say ❤️ She practised all week. Is there a video? Her gran in Kraków would love to see it, and so would half of our street if I am honest, she has been singing it in the garden every evening since half term and the neighbours know it by heart now 😂"},
		{ago: 33 * time.Minute, by: "sam", text: "There is! It will be on the school's website on Friday."},
		{ago: 30 * time.Minute, text: "Perfect, thank you"},
	}},
	{number: "+447700900142", owner: "sam", sender: office, unread: true, lines: []said{
		{ago: 26 * time.Minute, by: "sam", text: "Could you collect Amelia from the office? She has a temperature and would like to go home."},
		{ago: 12 * time.Minute, text: "On my way, running 10 minutes late. Traffic on the bridge"},
	}},
}

// talking is a dialogue that is being written.
type talking struct {
	dialogue
	at      int
	c       db.Conversation
	answers int64
}

// dialogues are the lines of the dialogues, to be written in their place of the
// history: ids rise with time.
func (f *filler) dialogues(users map[string]int64) (talks []*talking, plans []plan) {
	for i, d := range dialogues {
		t := &talking{dialogue: d, at: i}
		talks = append(talks, t)
		for n, line := range d.lines {
			at := f.now.Add(-line.ago)
			plans = append(plans, plan{at: at, people: 1, do: func(ctx context.Context, tx *db.Tx) error { return f.say(ctx, tx, t, n, at, users) }})
		}
	}
	return talks, plans
}

// say writes one line of a dialogue.
func (f *filler) say(ctx context.Context, tx *db.Tx, t *talking, n int, at time.Time, users map[string]int64) (err error) {
	if n == 0 {
		t.c, err = tx.InsertConversation(ctx, db.InsertConversationParams{Number: sms.MSISDN(t.number), Own: t.sender, UserID: db.ID(users[t.owner]),
			ProviderID: f.provider, Sender: t.sender, LastAt: db.At(at)})
		if err != nil {
			return err
		}
	}
	line := t.lines[n]
	switch {
	case line.note != "" || line.deed != "":
		row := db.InsertConversationLineParams{ConversationID: t.c.ID, UserID: db.ID(users[line.by]), At: db.At(at), Kind: desk.LineNote, Body: line.note}
		if line.deed != "" {
			row.Kind = line.deed
		}
		if row.Kind == desk.LineAssigned {
			row.OtherID = db.ID(users[t.assignee])
		}
		_, err = tx.InsertConversationLine(ctx, row)
		return err
	case line.by == "":
		return f.hear(ctx, tx, t.c, fmt.Sprintf("talk-%d-%d", t.at, n), line.text, t.answers, at)
	}
	p := plan{at: at, people: 1, text: text{sender: t.sender, body: line.text}, user: users[line.by], to: t.number}
	var batch int64
	if batch, t.answers, err = f.write(ctx, tx, p, rand.New(rand.NewPCG(5, uint64(100*t.at+n)))); err != nil || n == 0 {
		return err
	}
	if err := tx.InsertConversationReply(ctx, db.InsertConversationReplyParams{BatchID: batch, ConversationID: t.c.ID}); err != nil {
		return err
	}
	return tx.ConversationAnswered(ctx, db.ConversationAnsweredParams{ID: t.c.ID, BatchID: batch, At: db.At(at)})
}

// take says who has which dialogue, and files all else that people have written.
func (f *filler) take(ctx context.Context, d *desk.Desk, talks []*talking, users map[string]int64) error {
	for more := true; more; {
		var err error
		if more, err = d.FileInbound(ctx); err != nil {
			return err
		}
	}
	err := f.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, t := range talks {
			state := db.Unassigned
			if t.assignee != "" {
				state = db.Assigned
			}
			if t.done {
				state = db.Done
			}
			err := tx.SetConversationState(ctx, db.SetConversationStateParams{ID: t.c.ID, State: state, AssigneeID: db.ID(users[t.assignee])})
			if err == nil && t.unread {
				err = tx.MarkUnreadByAll(ctx, t.c.ID, users[t.owner])
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("share demo conversations: %w", err)
	}
	return nil
}

// hear stores what a parent wrote.
func (f *filler) hear(ctx context.Context, tx *db.Tx, c db.Conversation, ref, body string, answers int64, at time.Time) error {
	id, err := tx.InsertInbound(ctx, db.InsertInboundParams{ProviderID: f.provider, ProviderRef: ref, Number: c.Number, Destination: c.Own, Body: body,
		MessageID: db.ID(answers), UserID: c.UserID, SentAt: db.At(at), ReceivedAt: db.At(at), Day: dayOf(at)})
	if err != nil {
		return err
	}
	if err := tx.FileInbound(ctx, db.FileInboundParams{ID: id, ConversationID: db.ID(c.ID)}); err != nil {
		return err
	}
	if err := tx.InsertInboundWords(ctx, id, body); err != nil {
		return err
	}
	return tx.ConversationHeard(ctx, db.ConversationHeardParams{ID: c.ID, ProviderID: f.provider, Sender: c.Own, InboundID: id, At: db.At(at)})
}
