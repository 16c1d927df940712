package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/sms"
)

// inboxTimes measures the inbox over so many received texts: of twenty a number,
// and ten thousand of one.
func inboxTimes(size int) ([]figure, error) {
	ctx := context.Background()
	d, err := full(2000)
	if err != nil {
		return nil, err
	}
	defer d.close()
	began := time.Now()
	if err := d.hear(ctx, size); err != nil {
		return nil, err
	}
	heard := time.Since(began)
	began = time.Now()
	for more := true; more; {
		if more, err = d.FileInbound(ctx); err != nil {
			return nil, err
		}
	}
	filed := time.Since(began)
	figures := []figure{{what: fmt.Sprintf("texts from before are filed in conversations, %d of them", size), value: fmt.Sprintf("%.0f/s", float64(size)/filed.Seconds()),
		reference: fmt.Sprintf("%.0f/s bare inserts", float64(size)/heard.Seconds()), ratio: fmt.Sprintf("%.2f", heard.Seconds()/filed.Seconds())}}
	client, address, stop, err := d.visited()
	if err != nil {
		return figures, err
	}
	defer stop()
	admin, err := d.admin(ctx)
	if err != nil {
		return figures, err
	}
	flood, err := d.Conversations(ctx, admin, desk.InboxSearch{Search: floodNumber, Limit: 1})
	if err != nil {
		return figures, err
	}
	middle, err := d.Conversations(ctx, admin, desk.InboxSearch{Folder: desk.FolderDone, Limit: size / 100})
	if err != nil {
		return figures, err
	}
	thread := fmt.Sprintf("/inbox/%d", flood.Rows[0].Conversation.ID)
	pages, err := timed(client, address, []page{
		{"inbox, all", "/inbox"},
		{"inbox, nobody has", "/inbox?folder=unassigned"},
		{"inbox, done", "/inbox?folder=done"},
		{"inbox, done, a page in the middle", "/inbox?folder=done&before=" + middle.Older},
		{"inbox, opt-outs", "/inbox?folder=opt-outs"},
		{"inbox, search, one number", "/inbox?q=07700+900123"},
		{"inbox, search, words that a few have", "/inbox?q=trombone+lesson"},
		{"inbox, search, a word that all have", "/inbox?q=thanks"},
		{fmt.Sprintf("inbox, a thread of %d texts", size/100), thread},
		{"inbox, a usual thread", fmt.Sprintf("/inbox/%d", middle.Rows[0].Conversation.ID)},
		{"home", "/"},
	}, fmt.Sprintf("%d texts", size))
	return append(figures, pages...), err
}

const floodNumber = "+447700999999"

// hear stores texts as a desk did before there were conversations.
func (d *benchDesk) hear(ctx context.Context, size int) error {
	provider, err := d.store.DefaultProvider(ctx)
	if err != nil {
		return err
	}
	users, err := d.store.UserList(ctx)
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(3, 1))
	words := strings.Fields("on my way running late could we make it four instead is it paid who is this yes please two tickets sorry the bus coach swimming kit")
	began := time.Now().Add(-300 * 24 * time.Hour)
	for made := 0; made < size; made += 2500 {
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for i := made; i < min(made+2500, size); i++ {
				at := began.Add(time.Duration(float64(300*24*time.Hour) * float64(i) / float64(size)))
				n := random.IntN(max(1, size/20))
				p := db.InsertInboundParams{ProviderID: provider.ID, ProviderRef: fmt.Sprint("bench-", i), Number: sms.MSISDN(fmt.Sprintf("+4477%08d", n)), Destination: "447700900999",
					UserID: db.ID(users[n%3].ID), SentAt: db.At(at), ReceivedAt: db.At(at), Day: int64(at.Year()*10000 + int(at.Month())*100 + at.Day())}
				if i%100 == 99 && i < 1_000_000 {
					p.Number, p.UserID = floodNumber, db.ID(users[0].ID)
				}
				p.Body = "Thanks, " + words[random.IntN(len(words))] + " " + words[random.IntN(len(words))] + " " + words[random.IntN(len(words))]
				if i%5000 == 7 {
					p.Body += " trombone lesson"
				}
				if _, err := tx.InsertInbound(ctx, p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("store texts: %w", err)
		}
	}
	return nil
}
