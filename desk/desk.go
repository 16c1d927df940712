package desk

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"textdesk/db"
	"textdesk/providers"
)

// Desk does what staff ask for.
type Desk struct {
	store   *db.Store
	vault   *Vault
	types   []providers.Type
	clock   func() time.Time
	wake    func(providerID int64)
	calls   callLog
	hashing chan struct{} // bounds the memory that password hashing takes
	checked checkedPasswords
	backups string // where backups go, "" for the usual place
	workers map[string]time.Time
	large   func() // there is a large order to read, or to accept

	mu       sync.Mutex
	drafting map[int64]bool // drafts that are being read
	backup   BackupState    // how the last backup of this process failed

	backupRunning time.Time // since when one is being made, zero while none is
	backupTried   time.Time // the last one asked for that was tried; the engine's own
	wakeBackups   func()
	wakeReports   func() // a report is to be e-mailed

	backing sync.Mutex // held while a backup is made

	wakeReader func() // there are callbacks to read
	doors      doors

	wakeReplies  func() // there are automatic replies to send
	readReplies  replyCache
	wakeForwards func() // there may be texts to forward

	wakeImports func()
	// againAtOnce is how many people a send is sent to again in one go.
	againAtOnce int64
	importing   claims // imports that are at work in this process

	presence presence // who has which conversation open
}

// Options are what a Desk is made of.
type Options struct {
	Store *db.Store
	Vault *Vault
	// Types are the kinds of provider there are.
	Types []providers.Type
	// Backups is the directory of backups, "" for one in the data directory.
	Backups string
	// Clock tells the time; nil is the system's.
	Clock func() time.Time
}

// New makes a desk.
func New(o Options) *Desk {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	o.Store.HashNumbersWith(o.Vault.Key("erased numbers", 32))
	return &Desk{store: o.Store, vault: o.Vault, types: o.Types, clock: o.Clock, backups: o.Backups,
		wake: func(int64) {}, wakeReader: func() {}, large: func() {}, hashing: make(chan struct{}, 2), drafting: map[int64]bool{},
		wakeImports: func() {}, wakeBackups: func() {}, wakeReports: func() {}, wakeReplies: func() {}, wakeForwards: func() {}, againAtOnce: MaxAtOnce}
}

// OnWork sets what is called when a provider has something to do sooner than
// it may have thought. The call must not block. Set it before the desk is used.
func (d *Desk) OnWork(wake func(providerID int64)) { d.wake = wake }

// OnCallback sets what is called when there are callbacks to read. The call
// must not block. Set it before the desk is used.
func (d *Desk) OnCallback(wake func()) { d.wakeReader = wake }

// OnLarge sets what is called when there is a large order to read, a send whose
// messages are to be written, or one whose messages are to be taken back. The
// call must not block. Set it before the desk is used.
func (d *Desk) OnLarge(wake func()) { d.large = wake }

// OnReply sets what is called when there are automatic replies to send. The call
// must not block. Set it before the desk is used.
func (d *Desk) OnReply(wake func()) { d.wakeReplies = wake }

func (d *Desk) prepareSoon() { d.large() }

// reserveDraft keeps two from reading one draft at a time.
func (d *Desk) reserveDraft(id int64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.drafting[id] {
		return false
	}
	d.drafting[id] = true
	return true
}

func (d *Desk) unreserveDraft(id int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.drafting, id)
}

// Now is the desk's clock.
func (d *Desk) Now() time.Time { return d.clock() }

func (d *Desk) now() db.Millis { return db.At(d.clock()) }

// Ready reports whether the desk can take work: its database can be written.
func (d *Desk) Ready(ctx context.Context) error { return d.store.Ready(ctx) }

// IsDiskFull reports whether what was to be done could not be stored because the
// desk's disk is full. Nothing of it was done then.
func IsDiskFull(err error) bool { return db.IsFull(err) }

// Actor is who asks: a signed-in person, a script with a token, or the command
// line.
type Actor struct {
	User db.User
	// By is the administrator who acts as User, the zero user for nobody.
	By db.User
	// Door is where they came in: "page", "fastsms", "command line".
	Door string
	// Address is from where, for the audit log.
	Address string
}

// CommandLine is the administrator at the server's own shell, who may do
// everything.
func CommandLine() Actor {
	return Actor{User: db.User{Username: "command line", Level: LevelAdmin, Unlimited: true, SeesOthers: true, MayBulk: true, MayImport: true, ApproveAbove: -1},
		Door: doorShell, Address: doorShell}
}

// Admin reports whether the actor administers others.
func (a Actor) Admin() bool { return a.User.Level == LevelAdmin }

// doorShell is the server's own command line.
const doorShell = "command line"

// shell reports whether the actor is the command line. Nobody at all is not.
func (a Actor) shell() bool { return a.User.ID == 0 && a.Door == doorShell }

// Acting reports whether an administrator acts in the user's name.
func (a Actor) Acting() bool { return a.By.ID != 0 }

// Name is what others call the actor.
func (a Actor) Name() string {
	if name := tidy(a.User.FirstName + " " + a.User.LastName); name != "" {
		return name
	}
	return a.User.Username
}

// reach returns the users whose data the actor may see: their own and, for an
// administrator who may see the texts of others, that of everyone below. nil
// means everyone's.
func (d *Desk) reach(ctx context.Context, a Actor) ([]int64, error) {
	if !a.shell() && a.User.ID != 0 && !bool(a.User.SeesOthers) {
		return []int64{a.User.ID}, nil
	}
	return d.below(ctx, a)
}

// below returns the users whom the actor looks after, themselves among them:
// their accounts and credits, not their texts. nil means everyone.
func (d *Desk) below(ctx context.Context, a Actor) ([]int64, error) {
	if a.shell() {
		return nil, nil
	}
	if a.User.ID == 0 {
		return []int64{-1}, nil // nobody, who has nothing
	}
	if !a.Admin() {
		return []int64{a.User.ID}, nil
	}
	tree, err := d.store.UserTree(ctx, a.User.ID)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	if len(tree) == 0 {
		return []int64{a.User.ID}, nil
	}
	all, err := d.store.CountUsers(ctx)
	if err != nil {
		return nil, fmt.Errorf("count users: %w", err)
	}
	if int64(len(tree)) == all {
		return nil, nil
	}
	return tree, nil
}

// reaches reports whether the actor may see what belongs to the user.
func (d *Desk) reaches(ctx context.Context, a Actor, userID int64) (bool, error) {
	if userID == a.User.ID || a.shell() {
		return true, nil
	}
	users, err := d.reach(ctx, a)
	if err != nil || users == nil {
		return err == nil, err
	}
	return contains(users, userID), nil
}

// audit writes down who did what.
func (d *Desk) audit(ctx context.Context, tx *db.Tx, a Actor, action, subject, detail string) error {
	return tx.InsertAudit(ctx, db.InsertAuditParams{At: d.now(), UserID: db.ID(a.User.ID), ActingID: db.ID(a.By.ID), Address: a.Address,
		Action: action, Subject: subject, Detail: detail})
}

// client is the transport for a provider with that many requests in flight.
func client(concurrency int) *http.Client { return providers.NewHTTPClient(concurrency) }
