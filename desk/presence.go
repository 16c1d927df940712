package desk

import (
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// looksFor is how long somebody counts as looking after they were last heard
	// of, and writesFor as writing: a page asks every few seconds, and who thinks
	// about a sentence has not stopped.
	looksFor  = 20 * time.Second
	writesFor = 45 * time.Second
)

// Present is a colleague who has a conversation open.
type Present struct {
	UserID  int64
	Name    string
	Writing bool
}

// presence is who has which conversation open. It is forgotten with the process:
// pages tell anew within seconds.
type presence struct {
	mu   sync.Mutex
	open map[int64]map[int64]seenLast // by conversation, then by user
}

type seenLast struct {
	name           string
	looked, writes time.Time
}

// note remembers that somebody looks, and whether they write.
func (p *presence) note(conversation int64, a Actor, writing bool, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil {
		p.open = map[int64]map[int64]seenLast{}
	}
	if p.open[conversation] == nil {
		p.tidy(now)
		p.open[conversation] = map[int64]seenLast{}
	}
	was := p.open[conversation][a.User.ID]
	was.name, was.looked = a.Name(), now
	if writing {
		was.writes = now
	}
	p.open[conversation][a.User.ID] = was
}

// stopped forgets that somebody writes: they have sent it.
func (p *presence) stopped(conversation, user int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if was, ok := p.open[conversation][user]; ok {
		was.writes = time.Time{}
		p.open[conversation][user] = was
	}
}

// others are those beside the user who have it open now, by name.
func (p *presence) others(conversation, user int64, now time.Time) []Present {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []Present
	for id, seen := range p.open[conversation] {
		writing := now.Sub(seen.writes) < writesFor
		if id != user && (writing || now.Sub(seen.looked) < looksFor) {
			all = append(all, Present{UserID: id, Name: seen.name, Writing: writing})
		}
	}
	slices.SortFunc(all, func(x, y Present) int { return strings.Compare(x.Name, y.Name) })
	return all
}

// tidy drops conversations that nobody looks at any more.
func (p *presence) tidy(now time.Time) {
	for id, users := range p.open {
		for user, seen := range users {
			if now.Sub(seen.looked) > writesFor && now.Sub(seen.writes) > writesFor {
				delete(users, user)
			}
		}
		if len(users) == 0 {
			delete(p.open, id)
		}
	}
}
