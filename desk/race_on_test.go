//go:build race

package desk

// The race detector makes the store some twenty times slower.
const raceDetector = true
