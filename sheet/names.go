package sheet

import "strings"

// Several names in one cell are separated like "Choir; Year 4". A name that has
// a sign in it at which cells are taken apart stands within quotation marks.
const nameSigns = ",;|\n\""

// JoinNames writes names into one cell, from which [SplitNames] reads them again.
func JoinNames(names []string) string {
	if len(names) == 1 && !strings.ContainsAny(names[0], nameSigns) {
		return names[0]
	}
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteString("; ")
		}
		if strings.ContainsAny(name, nameSigns) {
			b.WriteString(`"` + strings.ReplaceAll(name, `"`, `""`) + `"`)
		} else {
			b.WriteString(name)
		}
	}
	return b.String()
}

// SplitNames reads the names in a cell, however people separate them: commas,
// semicolons, bars or lines. A quotation mark that opens a name and is not closed
// stands for itself.
func SplitNames(cell string) (names []string) {
	add := func(name string) {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	for rest := cell; rest != ""; {
		rest = strings.TrimLeft(rest, " ")
		if name, after, ok := quotedName(rest); ok {
			add(name)
			rest = after
			continue
		}
		end := strings.IndexAny(rest, ",;|\n")
		if end < 0 {
			add(rest)
			break
		}
		add(rest[:end])
		rest = rest[end+1:]
	}
	return names
}

// quotedName reads a name within quotation marks, with what follows its
// separator.
func quotedName(text string) (name, after string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		return "", "", false
	}
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			continue
		}
		if i+1 < len(text) && text[i+1] == '"' {
			i++
			continue
		}
		after = strings.TrimLeft(text[i+1:], " ")
		if after != "" && strings.IndexByte(",;|\n", after[0]) < 0 {
			return "", "", false
		}
		return strings.ReplaceAll(text[1:i], `""`, `"`), strings.TrimPrefix(after, after[:min(1, len(after))]), true
	}
	return "", "", false
}
