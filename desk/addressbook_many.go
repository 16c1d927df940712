package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"textdesk/db"
)

// What can be done to many contacts at once.
const (
	DoJoin   = "join"   // into a group
	DoLeave  = "leave"  // out of one
	DoDelete = "delete" // for good
)

// The further kinds of work that a page does not wait for.
const (
	workEmpty       = "empty"
	workDeleteGroup = "delete_group"
	workDeleteList  = "delete_list"
	workDeleteAll   = "delete_all"
)

// BookWork is something that is being done to many people.
type BookWork = db.BookJob

// atOnce is up to how many contacts are changed while somebody waits.
const atOnce = 2000

// MaxChosen is how many contacts can be chosen one by one.
const MaxChosen = 5000

// Many says what is to be done, and to whom: to the chosen, or to all that
// match a filter.
type Many struct {
	Do     string
	IDs    []int64
	All    bool
	Filter ContactFilter
	Group  int64 // of join and leave
}

// DoMany does it. Up to 2,000 contacts are done when it returns, with how many
// were changed; of more it returns the work that the engine room does in steps
// (see [Desk.BookWork]).
func (d *Desk) DoMany(ctx context.Context, a Actor, m Many) (changed, work int64, err error) {
	where, err := d.contactFilter(ctx, a, m.Filter)
	if err != nil {
		return 0, 0, err
	}
	var g db.Named
	switch m.Do {
	case DoJoin, DoLeave:
		if g, err = d.Group(ctx, a, m.Group); err != nil {
			return 0, 0, err
		}
		if g.UserID != where.UserID {
			return 0, 0, ErrUnknownGroup // of another address book
		}
	case DoDelete:
	default:
		return 0, 0, ErrForbidden
	}
	ids := m.IDs
	if m.All {
		n, err := d.store.CountContacts(ctx, where)
		if err != nil {
			return 0, 0, err
		}
		if n > atOnce {
			work, err = d.startWork(ctx, a, where.UserID, m.Do, g, m.Filter, n)
			return 0, work, err
		}
		ids = nil
		err = d.store.EachContact(ctx, where, db.ByID, func(c *db.Contact) error { ids = append(ids, c.ID); return nil })
		if err != nil {
			return 0, 0, err
		}
	}
	if len(ids) > MaxChosen {
		return 0, 0, ErrTooManyChosen
	}
	for some := range slices.Chunk(ids, deleteStep) {
		var n int64
		err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			switch m.Do {
			case DoJoin:
				n, err = d.join(ctx, tx, a, g, some)
			case DoLeave:
				n, err = d.leave(ctx, tx, a, g, some)
			default:
				if n, err = tx.DeleteContacts(ctx, where.UserID, some); err == nil && n > 0 {
					err = d.audit(ctx, tx, a, "contact.delete_many", "", fmt.Sprint(n))
				}
			}
			return err
		})
		if err != nil {
			return changed, 0, err
		}
		changed += n
	}
	return changed, 0, nil
}

// startWork has the engine room do something to many people. The audit log says
// so now.
func (d *Desk) startWork(ctx context.Context, a Actor, userID int64, kind string, target db.Named, f ContactFilter, people int64) (id int64, err error) {
	filter, err := json.Marshal(f)
	if err != nil {
		return 0, fmt.Errorf("write filter: %w", err)
	}
	err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		var change int64
		switch kind {
		case DoJoin:
			change, err = d.recordMany(ctx, tx, a, userID, ChangeJoined, target.Name, people)
		case DoLeave, workEmpty:
			change, err = d.recordMany(ctx, tx, a, userID, ChangeLeft, target.Name, people)
		}
		if err != nil {
			return err
		}
		id, err = tx.InsertBookJob(ctx, db.InsertBookJobParams{UserID: userID, ByID: db.ID(a.User.ID), Kind: kind, Filter: string(filter), Target: target.ID,
			TargetName: target.Name, ChangeID: change, Total: people, CreatedAt: d.now()})
		if err != nil {
			return fmt.Errorf("insert work: %w", err)
		}
		return d.audit(ctx, tx, a, "book."+kind, target.Name, fmt.Sprint(people))
	})
	return id, err
}

// ClearGroup takes everybody out of a group as [Desk.EmptyGroup] does, but does
// not wait for the end of a large one: then it returns the work.
func (d *Desk) ClearGroup(ctx context.Context, a Actor, id int64) (left, work int64, err error) {
	g, err := d.Group(ctx, a, id)
	if err != nil {
		return 0, 0, err
	}
	if g.Count > 2*atOnce {
		work, err = d.startWork(ctx, a, g.UserID, workEmpty, g, ContactFilter{}, g.Count)
		return 0, work, err
	}
	left, err = d.EmptyGroup(ctx, a, id)
	return left, 0, err
}

// DropGroup deletes a group, and does not wait for the end of a large one.
func (d *Desk) DropGroup(ctx context.Context, a Actor, id int64) (work int64, err error) {
	g, err := d.Group(ctx, a, id)
	if err != nil {
		return 0, err
	}
	if g.Count > 2*atOnce {
		return d.startWork(ctx, a, g.UserID, workDeleteGroup, g, ContactFilter{}, g.Count)
	}
	return 0, d.DeleteGroup(ctx, a, id)
}

// DropList deletes a list, and does not wait for the end of a large one.
func (d *Desk) DropList(ctx context.Context, a Actor, id int64) (work int64, err error) {
	l, err := d.List(ctx, a, id)
	if err != nil {
		return 0, err
	}
	if l.Count > 5*atOnce {
		return d.startWork(ctx, a, l.UserID, workDeleteList, l, ContactFilter{}, l.Count)
	}
	return 0, d.DeleteList(ctx, a, id)
}

// DropAllContacts deletes all of the actor's contacts, as [Desk.DeleteAllContacts]
// does, and does not wait for the end. typed is what somebody wrote to confirm
// it: how many they are, in digits.
func (d *Desk) DropAllContacts(ctx context.Context, a Actor, typed string) (deleted, work int64, err error) {
	n, err := d.store.CountContacts(ctx, db.ContactFilter{UserID: a.User.ID})
	if err != nil {
		return 0, 0, err
	}
	digits := slices.DeleteFunc([]rune(typed), func(r rune) bool { return r < '0' || r > '9' })
	if string(digits) != fmt.Sprint(n) {
		return 0, 0, ErrNotCounted.because("Type %s, the number of contacts, to say that you are sure.", thousands(n))
	}
	if n > atOnce {
		work, err = d.startWork(ctx, a, a.User.ID, workDeleteAll, db.Named{}, ContactFilter{}, n)
		return 0, work, err
	}
	deleted, err = d.DeleteAllContacts(ctx, a)
	return deleted, 0, err
}

// BookWork returns work in an address book by its id.
func (d *Desk) BookWork(ctx context.Context, a Actor, id int64) (db.BookJob, error) {
	j, err := d.store.BookJob(ctx, id)
	if err := found("work", err, ErrUnknownWork); err != nil {
		return db.BookJob{}, err
	}
	return j, d.owned(ctx, a, j.UserID, ErrUnknownWork)
}

// RunningBookWork lists what is being done in the actor's address book.
func (d *Desk) RunningBookWork(ctx context.Context, a Actor) ([]db.BookJob, error) {
	jobs, err := d.store.JobsOfBook(ctx, a.User.ID)
	if err != nil {
		return nil, fmt.Errorf("read work: %w", err)
	}
	return jobs, nil
}

// StopBookWork ends work where it is. What is done stays done.
func (d *Desk) StopBookWork(ctx context.Context, a Actor, id int64) error {
	if _, err := d.BookWork(ctx, a, id); err != nil {
		return err
	}
	return d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return d.endWork(ctx, tx, id, "cancelled", "") })
}

func (d *Desk) endWork(ctx context.Context, tx *db.Tx, id int64, state, reason string) error {
	if _, err := tx.EndBookJob(ctx, db.EndBookJobParams{ID: id, NewState: state, Reason: reason, FinishedAt: d.now()}); err != nil {
		return fmt.Errorf("end work: %w", err)
	}
	return nil
}

// RunBookWork takes all work in address books one step further, so that they
// take turns, and says whether there may be more. The engine room calls it; a
// step holds the writer for some 100 ms.
func (d *Desk) RunBookWork(ctx context.Context) (more bool, err error) {
	jobs, err := d.store.RunningBookJobs(ctx)
	if err != nil {
		return false, fmt.Errorf("read work: %w", err)
	}
	var errs []error
	for _, j := range jobs {
		err := d.stepWork(ctx, j)
		if rs := Refusals(err); len(rs) > 0 { // the group is gone, the user may no longer
			err = d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return d.endWork(ctx, tx, j.ID, "failed", rs[0].Sentence) })
		}
		errs = append(errs, err)
	}
	err = errors.Join(errs...)
	return len(jobs) > 0 && err == nil, err
}

// errStopped: somebody has stopped the work meanwhile.
var errStopped = errors.New("the work was stopped")

// stepWork does the next step of one work.
func (d *Desk) stepWork(ctx context.Context, j db.BookJob) error {
	a := CommandLine()
	if j.ByID != 0 {
		u, err := d.store.User(ctx, int64(j.ByID))
		if err != nil {
			return fmt.Errorf("read user: %w", err)
		}
		a = Actor{User: u}
	}
	var next []int64
	if j.Kind == DoJoin || j.Kind == DoLeave || j.Kind == DoDelete {
		var err error
		if next, err = d.nextOfWork(ctx, a, j); err != nil {
			return err
		}
	}
	err := d.store.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		done, last, over, err := d.applyWork(ctx, tx, a, j, next)
		if err != nil {
			return err
		}
		n, err := tx.StepBookJob(ctx, db.StepBookJobParams{ID: j.ID, LastID: last, Done: done})
		if err != nil {
			return fmt.Errorf("note step: %w", err)
		}
		if n == 0 {
			return errStopped
		}
		if !over {
			return nil
		}
		return d.endWork(ctx, tx, j.ID, "finished", "")
	})
	if errors.Is(err, errStopped) {
		return nil
	}
	return err
}

// nextOfWork reads whom the next step is about.
func (d *Desk) nextOfWork(ctx context.Context, a Actor, j db.BookJob) ([]int64, error) {
	var f ContactFilter
	if err := json.Unmarshal([]byte(j.Filter), &f); err != nil {
		return nil, fmt.Errorf("read filter: %w", err)
	}
	where, err := d.contactFilter(ctx, a, f)
	if err != nil {
		return nil, err
	}
	found, err := d.store.FindContacts(ctx, db.ContactPage{ContactFilter: where, Order: db.ByID, After: db.BookPlace{ID: j.LastID}, Limit: deleteStep})
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(found.Contacts))
	for i := range found.Contacts {
		ids[i] = found.Contacts[i].ID
	}
	return ids, nil
}

// applyWork does a step: to the next contacts, or to the next of a group, list
// or book. over says that it was the last.
func (d *Desk) applyWork(ctx context.Context, tx *db.Tx, a Actor, j db.BookJob, next []int64) (done, last int64, over bool, err error) {
	if over = len(next) < deleteStep; len(next) > 0 {
		last = next[len(next)-1]
	}
	switch j.Kind {
	case DoJoin, DoLeave:
		if _, err := tx.Group(ctx, j.Target); err != nil {
			return 0, 0, false, found("group", err, ErrUnknownGroup)
		}
		if j.Kind == DoJoin {
			_, err = tx.AddMembers(ctx, j.Target, next, j.ChangeID)
		} else {
			_, err = tx.RemoveMembers(ctx, j.Target, next, j.ChangeID)
		}
		return int64(len(next)), last, over, err
	case DoDelete:
		done, err = tx.DeleteContacts(ctx, j.UserID, next)
		return done, last, over, err
	case workDeleteAll:
		if next, err = tx.ContactsAfter(ctx, j.UserID, 0, deleteStep); err != nil {
			return 0, 0, false, err
		}
		done, err = tx.DeleteContacts(ctx, j.UserID, next)
		return done, 0, len(next) < deleteStep, err
	case workDeleteList:
		n, err := tx.DropEntries(ctx, j.Target, 2*moveStep)
		if over = n < 2*moveStep; err == nil && over {
			err = tx.DeleteList(ctx, j.Target)
		}
		return n, 0, over, err
	}
	n, err := tx.EmptyGroup(ctx, j.Target, j.ChangeID, moveStep)
	if over = n < moveStep; err == nil && over && j.Kind == workDeleteGroup {
		err = tx.DeleteGroup(ctx, j.Target)
	}
	return int64(n), 0, over, err
}
