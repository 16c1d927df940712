package sheet

// Shown is what a number is shown as by a format, for tests.
func Shown(code string, n float64) string {
	f := parseFormat(code)
	b, _ := f.number(nil, n, false)
	return string(f.words(b, nil))
}
