package static

import (
	"fmt"
	"regexp"
	"strings"
)

var hexColour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// Brand returns the style sheet that puts an organisation's own accent colour,
// "#7c2d6f", in place of ours. Serve it as a file: the pages' security policy
// allows no style inside the page. Any colour is safe: the shades are cut so
// that they can be read; see [ShadesOf].
func Brand(accent string) (string, error) {
	s, err := ShadesOf(accent)
	if err != nil {
		return "", err
	}
	var sheet strings.Builder
	sheet.WriteString(":root{--accent:" + accent)
	for _, p := range []struct {
		name string
		of   [2]string
	}{{"fill", s.Fill}, {"fill-strong", s.Strong}, {"text", s.Text}, {"soft", s.Soft}, {"line", s.Line}} {
		fmt.Fprintf(&sheet, ";--accent-%s:light-dark(%s,%s)", p.name, p.of[0], p.of[1])
	}
	sheet.WriteString("}\n")
	return sheet.String(), nil
}
