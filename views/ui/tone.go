package ui

import "strconv"

// Tone is what a colour means. A tone never stands alone: a word, and mostly an
// icon, says the same.
type Tone string

// The tones of the desk.
const (
	Neutral   Tone = "neutral"
	Waiting   Tone = "waiting"
	Going     Tone = "going"
	Delivered Tone = "delivered"
	Attention Tone = "attention"
	Failed    Tone = "failed"
)

func (t Tone) class() string {
	if t == "" {
		t = Neutral
	}
	return "tone-" + string(t)
}

// icon is the tone's usual sign, for components that are given none.
func (t Tone) icon() string {
	switch t {
	case Waiting:
		return "clock"
	case Going:
		return "send-horizontal"
	case Delivered:
		return "check-check"
	case Attention:
		return "triangle-alert"
	case Failed:
		return "circle-x"
	}
	return "info"
}

func orIcon(icon string, t Tone) string {
	if icon != "" {
		return icon
	}
	return t.icon()
}

// Count writes a number with thousands separators: 4,812.
func Count(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Many writes a count with its noun: "1 person", "4,812 people".
func Many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n) + " " + more
}
