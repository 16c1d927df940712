package sheet

import (
	"math"
	"strconv"
	"strings"
)

// appendGeneral writes a number as workbooks show it without a format: up to
// fifteen digits, as many as they keep.
func appendGeneral(b []byte, n float64) []byte {
	from := len(b)
	b = strconv.AppendFloat(b, n, 'f', -1, 64)
	digits := 0
	for _, c := range b[from:] {
		if c != '.' {
			digits++
		}
	}
	if digits > 15 {
		b = strconv.AppendFloat(b[:from], n, 'G', 15, 64)
	}
	return b
}

// digits shows a number with a section for numbers.
func (s *formatSection) digits(b []byte, n float64, minus bool) ([]byte, bool) {
	n *= math.Pow(100, float64(s.percents))
	n /= math.Pow(1000, float64(s.thousands))
	if minus {
		b = append(b, '-')
	}
	switch {
	case s.fraction >= 0:
		return s.fractional(b, n), true
	case s.exponent >= 0:
		return s.scientific(b, n), true
	}
	whole, decimals := rounded(n, s.decimal)
	return s.fill(b, whole, decimals, ""), true
}

// rounded writes a number with so many digits behind the point: halves away from
// nought, of the fifteen digits that a workbook keeps.
func rounded(n float64, decimals int) (whole, rest string) {
	text := strconv.FormatFloat(n, 'e', 14, 64)
	mantissa, power, _ := strings.Cut(text, "e")
	digits := mantissa[:1] + mantissa[2:]
	exp, err := strconv.Atoi(power)
	if err != nil { // not a number
		return "0", strings.Repeat("0", decimals)
	}
	keep := exp + 1 + decimals // digits of the fifteen
	switch {
	case keep < 0:
		digits, exp = "0", 0
	case keep < len(digits):
		up := digits[keep] >= '5'
		cut := []byte("0" + digits[:keep])
		for i := len(cut) - 1; up; i-- {
			if up = cut[i] == '9'; up {
				cut[i] = '0'
			} else {
				cut[i]++
			}
		}
		digits, exp = string(cut), exp+1
	}
	if exp < 0 {
		digits, exp = strings.Repeat("0", -exp)+digits, 0
	}
	if missing := exp + 1 + decimals - len(digits); missing > 0 {
		digits += strings.Repeat("0", missing)
	}
	return strings.TrimLeft(digits[:exp+1], "0"), digits[exp+1 : exp+1+decimals]
}

// fill puts digits into their places, from the point to both sides.
func (s *formatSection) fill(b []byte, whole, decimals, power string) []byte {
	// What has no place of its own stands in front of the first.
	for missing := s.whole - len(whole); missing > 0; missing-- {
		whole = " " + whole
	}
	over, first := len(whole)-s.whole, true
	at, left := 0, 0
	expo := false
	behind := false
	put := func(c byte) {
		b = append(b, c)
		if rest := len(whole) - at; !behind && s.grouped && rest > 0 && rest%3 == 0 && c != ' ' {
			b = append(b, ',')
		}
	}
	for _, t := range s.tokens {
		switch t.kind {
		case '0', '#', '?':
			for range t.n {
				switch {
				case expo:
					continue
				case behind:
					if left < len(decimals) {
						c := decimals[left]
						left++
						if t.kind != '0' && strings.Trim(decimals[left-1:], "0") == "" {
							if t.kind == '?' {
								b = append(b, ' ')
							}
							continue
						}
						b = append(b, c)
					}
					continue
				}
				if first {
					for first = false; over > 0; over-- {
						at++
						put(whole[at-1])
					}
				}
				if at >= len(whole) {
					continue
				}
				c := whole[at]
				at++
				switch {
				case c != ' ':
					put(c)
				case t.kind == '0':
					put('0')
				case t.kind == '?':
					b = append(b, ' ')
				}
			}
		case '.':
			if first && s.whole == 0 { // ".00"
				first, at = false, len(whole)
				b = append(b, whole...)
			}
			behind = true
			b = append(b, '.')
		case 'E':
			expo = true
			b = append(append(b, 'E'), power...)
		case 'l':
			b = append(b, t.text...)
		case '%':
			b = append(b, '%')
		}
	}
	return b
}

// scientific shows "1.50E+03".
func (s *formatSection) scientific(b []byte, n float64) []byte {
	power := 0
	if n != 0 {
		power = int(math.Floor(math.Log10(n)))
		if p := math.Pow(10, float64(power)); n/p >= 10 {
			power++
		} else if n/p < 1 {
			power--
		}
		if s.whole > 1 { // "##0.0E+0" goes by thousands
			power = int(math.Floor(float64(power)/float64(s.whole))) * s.whole
		}
	}
	whole, decimals := rounded(n/math.Pow(10, float64(power)), s.decimal)
	if len(whole) > max(1, s.whole) { // 9.99 became 10.0
		power += max(1, s.whole)
		whole, decimals = rounded(n/math.Pow(10, float64(power)), s.decimal)
	}
	sign := ""
	switch {
	case power < 0:
		sign, power = "-", -power
	case s.tokens[s.exponent].text == "+":
		sign = "+"
	}
	digits := strconv.Itoa(power)
	if missing := s.expo - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return s.fill(b, whole, decimals, sign+digits)
}

// fractional shows "2 1/2".
func (s *formatSection) fractional(b []byte, n float64) []byte {
	t := s.tokens[s.fraction]
	whole := math.Floor(n)
	over, under := nearest(n-whole, t.n, t.text)
	if over == under {
		whole, over = whole+1, 0
	}
	mixed := s.whole > 0
	if mixed && (whole > 0 || over == 0) {
		b = strconv.AppendFloat(b, whole, 'f', 0, 64)
		if over > 0 {
			b = append(b, ' ')
		}
	}
	if !mixed {
		over += int64(whole) * under
	}
	if over > 0 || !mixed {
		b = append(strconv.AppendInt(b, over, 10), '/')
		b = strconv.AppendInt(b, under, 10)
	}
	return b
}

// nearest finds the fraction that is closest, with up to so many digits below the
// line, or with what is given there.
func nearest(n float64, digits int, given string) (over, under int64) {
	if d, err := strconv.ParseInt(given, 10, 32); err == nil && d > 0 {
		return int64(math.Round(n * float64(d))), d
	}
	most := int64(math.Pow(10, float64(min(digits, 4)))) - 1
	best := math.Inf(1)
	for d := int64(1); d <= most; d++ {
		o := math.Round(n * float64(d))
		if off := math.Abs(n - o/float64(d)); off < best-1e-12 {
			best, over, under = off, int64(o), d
		}
	}
	return over, under
}
