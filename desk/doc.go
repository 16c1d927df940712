// Package desk is what staff can do: every rule of the product, one file for
// each task. It knows no HTTP and no SQL and starts no goroutines. All doors
// (the pages, the two APIs, the command line) come in here, so that one rule
// holds for all of them.
//
// Who acts is an explicit argument, [Actor], of every verb that a person can
// ask for. A verb that will not do what it was asked returns a [*Refusal].
package desk
