package providers

// Handsets is implemented by a provider whose phones are make-believe, so that
// a person can play the one who is texted.
type Handsets interface {
	// Reply returns the callback that the service would make for a text typed
	// on one of its phones.
	Reply(in Inbound) Callback
	// Scripts lists what the service does with which numbers.
	Scripts() []Script
}

// Script is what a make-believe service does with the numbers that end so.
type Script struct {
	Ending   string // "01"
	What     string // "switched off", a title
	Sentence string // what a person will see
}
