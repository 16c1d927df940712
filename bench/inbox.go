package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
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
	before := min(size/2, mostUnfiled) // from before there were conversations
	if err := d.hear(ctx, size, size-before); err != nil {
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
	figures := []figure{{what: fmt.Sprintf("texts from before are filed in conversations, %d of them", before), value: fmt.Sprintf("%.0f/s", float64(before)/filed.Seconds()),
		reference: fmt.Sprintf("%.0f/s stored, filed", float64(size)/heard.Seconds())}}
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
	figures = append(figures, pages...)
	if err != nil {
		return figures, err
	}
	few, err := d.searchOfFew(ctx)
	return append(figures, few), err
}

// searchOfFew measures the dearest search: a word that all texts have, by
// somebody who sees hardly any of them.
func (d *benchDesk) searchOfFew(ctx context.Context) (figure, error) {
	users, err := d.store.UserList(ctx)
	if err != nil {
		return figure{}, err
	}
	user := users[len(users)-1]
	var times []time.Duration
	for range 20 {
		began := time.Now()
		if _, err := d.Conversations(ctx, desk.Actor{User: user, Door: "bench", Address: "bench"}, desk.InboxSearch{Search: "thanks", Limit: 30}); err != nil {
			return figure{}, err
		}
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	return figure{what: "inbox, search, a word that all have, by " + user.Username + ", p50 / p99", value: fmt.Sprintf("%.0f / %.0f ms", float64(times[10].Microseconds())/1000, float64(times[19].Microseconds())/1000)}, nil
}

const floodNumber = "+447700999999"

// mostUnfiled is how many texts are filed as those from before are: the others are
// stored with their conversations, which is quicker.
const mostUnfiled = 50_000

// hear stores texts of twenty a number, those after the first filed as a desk did
// before there were conversations.
func (d *benchDesk) hear(ctx context.Context, size, filed int) error {
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
	talks := map[sms.MSISDN]int64{}
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
				if i >= filed {
					if _, err := tx.InsertInbound(ctx, p); err != nil {
						return err
					}
					continue
				}
				talk, ok := talks[p.Number]
				if !ok {
					state := db.Done
					if n%10 == 0 {
						state = db.Unassigned
					}
					c, err := tx.InsertConversation(ctx, db.InsertConversationParams{Number: p.Number, Own: p.Destination, UserID: p.UserID, ProviderID: provider.ID, Sender: p.Destination, State: state, LastAt: p.ReceivedAt})
					if err != nil {
						return err
					}
					talk = c.ID
					talks[p.Number] = talk
				}
				p.ConversationID = db.ID(talk)
				id, err := tx.InsertInbound(ctx, p)
				if err != nil {
					return err
				}
				if err := tx.ConversationHadHeard(ctx, db.ConversationHadHeardParams{ID: talk, At: int64(p.ReceivedAt), InboundID: id}); err != nil {
					return err
				}
				if err := tx.InsertInboundWords(ctx, id, p.Body); err != nil {
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
