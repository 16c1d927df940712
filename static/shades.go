package static

import (
	"fmt"
	"math"
	"strconv"
)

// Readable is the contrast that WCAG 2.2 asks for between words and what they
// stand on, level AA (1.4.3).
const Readable = 4.5

// Shades are what is cut from an organisation's accent colour, "#7c2d6f", so
// that it can be read in both themes: the first of each pair is for the light
// one, the second for the dark.
type Shades struct {
	Accent string
	// Fill is what buttons are filled with, under white words; Strong is a fill
	// that a pointer is over.
	Fill, Strong [2]string
	// Text is for links and words.
	Text [2]string
	// Soft lies behind words, Line goes around what is chosen.
	Soft, Line [2]string
	// Darker reports whether the accent itself is too light to be read on, so
	// that buttons and links are darker than it.
	Darker bool
	// Contrast is the least that any words of it have.
	Contrast float64
}

// The ground that words stand on: paper, canvas and what is raised.
var grounds = [2][]lch{
	{{1, 0, 0}, {.955, .008, 0}},
	{{.155, .009, 0}, {.195, .009, 0}, {.255, .012, 0}},
}

// ShadesOf cuts readable shades from any colour.
func ShadesOf(accent string) (Shades, error) {
	if !hexColour.MatchString(accent) {
		return Shades{}, fmt.Errorf("read accent colour: %q is not like #7c2d6f", accent)
	}
	c := toLCH(parseHex(accent))
	s := Shades{Accent: accent, Contrast: 21}
	soft := [2]lch{{.962, min(c.c, .015), c.h}, {.285, min(c.c, .045), c.h}}
	line := [2]lch{{.84, min(c.c, .06), c.h}, {.44, min(c.c, .08), c.h}}
	fill := [2]lch{{min(c.l, .46), c.c, c.h}, {.51, min(c.c, .145), c.h}}
	text := [2]lch{{min(c.l, .46), c.c, c.h}, {.82, min(c.c, .11), c.h}}
	white := lch{1, 0, 0}
	for theme := range 2 {
		// Lightness as we see it is nearly, but not quite, lightness as WCAG
		// counts it; the last of the way is walked.
		for contrast(fill[theme], white) < Readable && fill[theme].l > 0 {
			fill[theme].l -= .005
		}
		towards := []float64{-.005, .005}[theme]
		under := append([]lch{soft[theme]}, grounds[theme]...)
		for least(text[theme], under) < Readable && text[theme].l > 0 && text[theme].l < 1 {
			text[theme].l += towards
		}
		s.Contrast = min(s.Contrast, contrast(fill[theme], white), least(text[theme], under))
		strong := fill[theme]
		strong.l = max(0, strong.l-.06)
		s.Fill[theme], s.Strong[theme] = fill[theme].hex(), strong.hex()
		s.Text[theme], s.Soft[theme], s.Line[theme] = text[theme].hex(), soft[theme].hex(), line[theme].hex()
	}
	s.Darker = c.l-fill[0].l > .02
	return s, nil
}

// least is the least contrast of words on any of several grounds.
func least(words lch, under []lch) float64 {
	worst := 21.0
	for _, g := range under {
		g.h = words.h
		worst = min(worst, contrast(words, g))
	}
	return worst
}

// lch is a colour in OKLCH: lightness 0 to 1, chroma, and hue in radians.
type lch struct{ l, c, h float64 }

// contrast is the ratio of two colours' luminances as WCAG defines it, 1 to 21,
// of the colours as they are shown: in eight bits a channel.
func contrast(a, b lch) float64 {
	x, y := luminance(parseHex(a.hex())), luminance(parseHex(b.hex()))
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func luminance(rgb [3]float64) float64 { return .2126*rgb[0] + .7152*rgb[1] + .0722*rgb[2] }

// parseHex reads a colour into linear light, 0 to 1.
func parseHex(text string) (rgb [3]float64) {
	for i := range rgb {
		n, _ := strconv.ParseUint(text[1+2*i:3+2*i], 16, 8) // the pattern was looked at
		v := float64(n) / 255
		if v <= .04045 {
			rgb[i] = v / 12.92
		} else {
			rgb[i] = math.Pow((v+.055)/1.055, 2.4)
		}
	}
	return rgb
}

// toLCH is Björn Ottosson's OKLab, in polar coordinates.
func toLCH(rgb [3]float64) lch {
	l := math.Cbrt(.4122214708*rgb[0] + .5363325363*rgb[1] + .0514459929*rgb[2])
	m := math.Cbrt(.2119034982*rgb[0] + .6806995451*rgb[1] + .1073969566*rgb[2])
	s := math.Cbrt(.0883024619*rgb[0] + .2817188376*rgb[1] + .6299787005*rgb[2])
	a := 1.9779984951*l - 2.4285922050*m + .4505937099*s
	b := .0259040371*l + .7827717662*m - .8086757660*s
	return lch{.2104542553*l + .7936177850*m - .0040720468*s, math.Hypot(a, b), math.Atan2(b, a)}
}

// hex is the colour as a browser shows it. One that no screen can show gives up
// chroma, and keeps lightness and hue.
func (c lch) hex() string {
	low, high := 0.0, c.c
	rgb, ok := c.linear(high)
	for i := 0; !ok && i < 20; i++ {
		middle := (low + high) / 2
		if _, fits := c.linear(middle); fits {
			low = middle
		} else {
			high = middle
		}
	}
	if !ok {
		rgb, _ = c.linear(low)
	}
	text := "#"
	for _, v := range rgb {
		v = min(1, max(0, v))
		if v <= .0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - .055
		}
		text += fmt.Sprintf("%02x", int(math.Round(v*255)))
	}
	return text
}

// linear is the colour with another chroma in linear light, and whether a screen
// can show it.
func (c lch) linear(chroma float64) (rgb [3]float64, fits bool) {
	a, b := chroma*math.Cos(c.h), chroma*math.Sin(c.h)
	l := c.l + .3963377774*a + .2158037573*b
	m := c.l - .1055613458*a - .0638541728*b
	s := c.l - .0894841775*a - 1.2914855480*b
	l, m, s = l*l*l, m*m*m, s*s*s
	rgb = [3]float64{4.0767416621*l - 3.3077115913*m + .2309699292*s, -1.2684380046*l + 2.6097574011*m - .3413193965*s, -.0041960863*l - .7034186147*m + 1.7076147010*s}
	fits = true
	for _, v := range rgb {
		fits = fits && v > -.0001 && v < 1.0001
	}
	return rgb, fits
}
