//go:build !race

package fastsmsapi_test

const raceDetector = false
