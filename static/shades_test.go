package static

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The formulas are those of WCAG and of OKLab: known colours come out as known.
func TestColoursAreReadAsOthersReadThem(t *testing.T) {
	for text, want := range map[string]float64{"#ffffff": 1, "#000000": 21, "#767676": 4.54, "#ff0000": 4.0, "#0000ff": 8.59} {
		rgb := luminance(parseHex(text))
		if got := 1.05 / (rgb + .05); math.Abs(got-want) > .01 {
			t.Errorf("%s on white has %.2f, want %.2f", text, got, want)
		}
	}
	for _, text := range []string{"#7b2a6b", "#00ff00", "#123456", "#fefefe", "#000000", "#ffd400"} {
		if got := toLCH(parseHex(text)).hex(); got != text {
			t.Errorf("%s comes back as %s", text, got)
		}
	}
	if l := toLCH(parseHex("#ff0000")); math.Abs(l.l-.6280) > .001 || math.Abs(l.c-.2577) > .001 {
		t.Errorf("red is %+v", l)
	}
}

// Whatever colour somebody chooses, white words on its buttons, and its links on
// every ground, can be read in both themes.
func TestEveryAccentCanBeRead(t *testing.T) {
	for r := 0; r <= 255; r += 15 {
		for g := 0; g <= 255; g += 15 {
			for b := 0; b <= 255; b += 15 {
				accent := fmt.Sprintf("#%02x%02x%02x", r, g, b)
				s, err := ShadesOf(accent)
				if err != nil || s.Contrast < Readable {
					t.Fatalf("%s: %+v, %v", accent, s, err)
				}
				// As somebody else would count it, from what is written down.
				for theme, paper := range []string{"#ffffff", "#1a1518"} {
					for what, pair := range map[string][2]string{"white on a button": {s.Fill[theme], "#ffffff"}, "white on a button under the pointer": {s.Strong[theme], "#ffffff"},
						"a link": {s.Text[theme], paper}, "a link on its ground": {s.Text[theme], s.Soft[theme]}} {
						x, y := luminance(parseHex(pair[0])), luminance(parseHex(pair[1]))
						if got := (max(x, y) + .05) / (min(x, y) + .05); got < 4.5 {
							t.Errorf("%s, theme %d: %s has %.2f", accent, theme, what, got)
						}
					}
				}
			}
		}
	}
	light, _ := ShadesOf("#ffd400")
	dark, _ := ShadesOf("#7b2a6b")
	if !light.Darker || dark.Darker {
		t.Errorf("it says %v of yellow and %v of plum", light.Darker, dark.Darker)
	}
}

func TestTheStyleSheetOfABrand(t *testing.T) {
	for _, bad := range []string{"", "red", "#12345", "#1234567", "#12345g", "#fff", "#123456;}body{display:none"} {
		if _, err := Brand(bad); err == nil {
			t.Errorf("%q passes for a colour", bad)
		}
	}
	sheet, err := Brand("#005A9c")
	if err != nil || !strings.Contains(sheet, "--accent:#005A9c;") || strings.Count(sheet, "light-dark(") != 5 || strings.ContainsAny(sheet, "<@\\") {
		t.Errorf("the sheet is %q, %v", sheet, err)
	}
}

// The two greys of a chart, what waits and what was not sent, are told apart in
// both themes.
func TestTheGreysOfAChartAreApart(t *testing.T) {
	sheet, err := files.ReadFile("css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	lightness := func(tone string) (l [2]float64) {
		name := regexp.MustCompile(`\.tone-` + tone + ` .*--tone-solid: var\((--[a-z0-9-]+)\)`).FindSubmatch(sheet)
		if name == nil {
			t.Fatalf("the tone %s has no solid colour", tone)
		}
		rule := regexp.MustCompile(string(name[1]) + `: light-dark\(oklch\((?:from \S+ )?([.\d]+) .*, oklch\((?:from \S+ )?([.\d]+) `).FindSubmatch(sheet)
		for i := range l {
			if l[i], err = strconv.ParseFloat(string(rule[i+1]), 64); err != nil {
				t.Fatal(err)
			}
		}
		return l
	}
	waiting, neutral := lightness("waiting"), lightness("neutral")
	for theme := range waiting {
		if math.Abs(waiting[theme]-neutral[theme]) < .15 {
			t.Errorf("theme %d: %.2f and %.2f", theme, waiting[theme], neutral[theme])
		}
	}
}
