//go:build race

package fastsmsapi_test

// The race detector makes the store some twenty times slower.
const raceDetector = true
