// Package dispatch is the engine room: the only room with background work. It
// claims what is due and sends it at each provider's pace, asks providers about
// what is on its way, and sweeps. Every rule it follows is the desk's; every
// state that must survive a crash is a row.
//
// A message's way out is claim, mark, call, record (see desk/engine.go). There
// are never more marked messages than calls in flight, and a call begins only
// when its mark is on disk.
package dispatch
