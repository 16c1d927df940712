//go:build race

package dispatch

// The race detector makes the store some twenty times slower.
const raceDetector = true
