package simulator

import (
	"strconv"
	"strings"
	"time"
)

// reference is everything that the simulator knows about a part that it took,
// so that it need not remember anything:
//
//	sim-<milliseconds of acceptance, base 36>-<script>-<message id>[-<part>]
//
// A text of one part has no part number.
type reference struct {
	at     time.Time
	script int
	id     int64
	part   int // from 1; 0 for the only part
}

const prefix = "sim-"

func (r reference) String() string {
	b := make([]byte, 0, 40)
	b = append(b, prefix...)
	b = strconv.AppendInt(b, r.at.UnixMilli(), 36)
	b = append(b, '-', byte('0'+r.script/10), byte('0'+r.script%10), '-')
	b = strconv.AppendInt(b, r.id, 10)
	if r.part > 0 {
		b = append(b, '-')
		b = strconv.AppendInt(b, int64(r.part), 10)
	}
	return string(b)
}

// references gives one for each part.
func (r reference) references(parts int) []string {
	if parts <= 1 {
		return []string{r.String()}
	}
	all := make([]string, parts)
	for i := range all {
		r.part = i + 1
		all[i] = r.String()
	}
	return all
}

// parse is the inverse of String. Only what String writes is a reference.
func parse(s string) (reference, bool) {
	rest, ok := strings.CutPrefix(s, prefix)
	f := strings.Split(rest, "-")
	if !ok || len(f) < 3 || len(f) > 4 {
		return reference{}, false
	}
	ms, err1 := strconv.ParseInt(f[0], 36, 64)
	script, err2 := strconv.ParseUint(f[1], 10, 8)
	id, err3 := strconv.ParseInt(f[2], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || int(script) >= len(scripts) {
		return reference{}, false
	}
	r := reference{at: time.UnixMilli(ms).UTC(), script: int(script), id: id}
	if len(f) == 4 {
		part, err := strconv.ParseUint(f[3], 10, 16)
		if err != nil || part == 0 {
			return reference{}, false
		}
		r.part = int(part)
	}
	return r, r.String() == s
}
