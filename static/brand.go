package static

import (
	"fmt"
	"regexp"
)

var hexColour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// Brand returns the style sheet that puts an organisation's own accent colour,
// "#7c2d6f", in place of ours. Serve it as a file: the pages' security policy
// allows no style inside the page. Any colour is safe: the sheets derive
// readable shades from it.
func Brand(accent string) (string, error) {
	if !hexColour.MatchString(accent) {
		return "", fmt.Errorf("read accent colour: %q is not like #7c2d6f", accent)
	}
	return ":root{--accent:" + accent + "}\n", nil
}
