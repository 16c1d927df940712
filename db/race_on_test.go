//go:build race

package db

// The race detector makes SQLite some twenty times slower.
const raceDetector = true
