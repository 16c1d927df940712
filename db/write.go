package db

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// Tx is a change in progress: the queries, and what is written by hand for
// each engine.
type Tx struct {
	*Queries
	db   *statements
	hash *numberHash
	// arrived are callbacks that the changes of one commit store together.
	arrived []Callback
	alone   bool // store each at once, to find the one that cannot be
}

// StoreCallback stores what a provider posted, waiting to be read. It is
// inserted at the end of the commit with all others that have come by then,
// because most of what an insert costs is the statement.
func (tx *Tx) StoreCallback(ctx context.Context, c Callback) error {
	if tx.alone {
		return tx.InsertCallbacks(ctx, []Callback{c})
	}
	tx.arrived = append(tx.arrived, c)
	return nil
}

// groupLimit is how many changes share a commit at the most, so that the
// first does not wait long for the last.
const groupLimit = 512

// Write runs change and commits what it did before it returns; when change
// returns an error, nothing of it stays.
//
// Changes that arrive while another commit is under way share the next one,
// because it is the commit that costs. The price of it is that change may run
// more than once: it must have no effects but those on tx and on variables
// that it sets anew each time, and it must not call Write.
func (s *Store) Write(ctx context.Context, change func(ctx context.Context, tx *Tx) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	w := &write{change: change, lead: make(chan struct{}), done: make(chan struct{})}
	if !s.writes.join(w) {
		// Somebody leads. Either they do our change, or they pass the lead on.
		select {
		case <-w.done:
			return w.err
		case <-w.lead:
		}
	}
	group := s.writes.group()
	// A caller who goes away must not take the others' changes along.
	s.commit(context.WithoutCancel(ctx), group)
	s.writes.pass()
	for _, g := range group {
		close(g.done)
	}
	return w.err
}

// write is one caller's change in the queue.
type write struct {
	change func(ctx context.Context, tx *Tx) error
	lead   chan struct{} // closed when its caller is to lead the next group
	done   chan struct{} // closed when the change is committed or refused
	err    error
}

// writeQueue elects a leader among the callers of Write, so that group commit
// needs no goroutine of its own.
type writeQueue struct {
	mu      sync.Mutex
	waiting []*write
	led     bool
}

// join queues w and reports whether its caller leads at once.
func (q *writeQueue) join(w *write) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, w)
	leads := !q.led
	q.led = true
	return leads
}

// Waiting is how many changes wait for their commit.
func (s *Store) Waiting() int {
	s.writes.mu.Lock()
	defer s.writes.mu.Unlock()
	return len(s.writes.waiting)
}

// group takes what waits, the leader's own change first.
func (q *writeQueue) group() []*write {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.waiting), groupLimit)
	group := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return group
}

// pass hands the lead to the next in the queue, if there is one.
func (q *writeQueue) pass() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) > 0 {
		close(q.waiting[0].lead)
		return
	}
	q.led = false
}

// commit runs the group's changes in one transaction. A change that fails
// takes the transaction with it, so the others run again without it: writers
// are serial and the same changes in the same order see the same rows. From
// then on each change has a savepoint, so that many failures in one group cost
// one repetition and not one each.
func (s *Store) commit(ctx context.Context, group []*write) {
	for guarded := false; len(group) > 0; guarded = true {
		lost, err := s.attempt(ctx, group, guarded)
		if err == nil {
			return
		}
		if lost == together { // the next attempt finds out whose it is
			continue
		}
		if lost < 0 { // the transaction itself: nobody's change is in
			for _, w := range group {
				w.err = err
			}
			return
		}
		group[lost].err = err
		rest := make([]*write, 0, len(group)-1)
		rest = append(rest, group[:lost]...)
		group = append(rest, group[lost+1:]...)
	}
}

// together says that what several changes store together could not be stored.
const together = -2

// attempt runs the group in one transaction and says whose change ended it, or
// -1 when it could not begin or be committed. Guarded, a change that fails
// leaves the transaction alone and has its error set.
func (s *Store) attempt(ctx context.Context, group []*write, guarded bool) (lost int, err error) {
	s.tx.arrived, s.tx.alone = s.tx.arrived[:0], guarded
	defer func() { clear(s.tx.arrived) }() // they hold bodies
	if _, err := s.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return -1, fmt.Errorf("begin: %w", err)
	}
	for i, w := range group {
		if !guarded {
			if err := run(ctx, s.tx, w.change); err != nil {
				s.rollback(ctx)
				return i, err
			}
			continue
		}
		w.err = nil
		if err := s.guard(ctx, w); err != nil {
			s.rollback(ctx)
			return i, err
		}
	}
	if err := s.tx.InsertCallbacks(ctx, s.tx.arrived); err != nil {
		s.rollback(ctx)
		return together, err
	}
	if _, err := s.conn.ExecContext(ctx, "COMMIT"); err != nil {
		s.rollback(ctx)
		return -1, fmt.Errorf("commit: %w", err)
	}
	return 0, nil
}

// guard runs one change behind a savepoint and keeps its error in w. It returns
// an error when the transaction is gone: SQLite ends it by itself after some
// errors (a full disk).
func (s *Store) guard(ctx context.Context, w *write) error {
	if _, err := s.conn.ExecContext(ctx, "SAVEPOINT change"); err != nil {
		return fmt.Errorf("savepoint: %w", err)
	}
	if w.err = run(ctx, s.tx, w.change); w.err != nil {
		if _, err := s.conn.ExecContext(ctx, "ROLLBACK TO change"); err != nil {
			return w.err
		}
	}
	if _, err := s.conn.ExecContext(ctx, "RELEASE change"); err != nil {
		return fmt.Errorf("savepoint: %w", err)
	}
	return nil
}

// rollback ends the transaction. SQLite has already done so after some errors
// (a full disk), and then has nothing to roll back.
func (s *Store) rollback(ctx context.Context) {
	_, _ = s.conn.ExecContext(ctx, "ROLLBACK")
}

// run keeps a panic in one caller's change from leaving the transaction open
// for all others.
func run(ctx context.Context, tx *Tx, change func(context.Context, *Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("write: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return change(ctx, tx)
}
