package desk

import (
	"encoding/json"
	"fmt"
	"slices"

	"textdesk/db"
	"textdesk/sms"
	"textdesk/sms/gsm"
	"textdesk/sms/merge"
)

func foldedFields(names []string) (all []string) {
	for _, name := range names {
		all = append(all, merge.Fold(name))
	}
	return all
}

// keep writes down what is known of a recipient: the cells of their row, and what
// the text asks for. "" is nothing.
func (c draftColumns) keep(r *Recipient) (string, error) {
	if len(c.File)+len(c.Fields) == 0 {
		return "", nil
	}
	all := make([]string, len(c.File), len(c.File)+len(c.Fields))
	if r.values != nil && r.values.cells != nil {
		copy(all, r.values.cells) // which has what the text asks for
	} else {
		for _, field := range c.Fields {
			all = append(all, r.value(field))
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		return "", fmt.Errorf("encode fields: %w", err)
	}
	return string(text), nil
}

// keptText is the text of an order, ready to be filled in for the people of its
// draft.
type keptText struct {
	columns  draftColumns
	file     []string // the columns' field names, folded
	template merge.Template
	body     string
}

// keptTextOf reads how the texts of a draft are filled in.
func keptTextOf(body, columns string) (k keptText, err error) {
	if err := json.Unmarshal([]byte(columns), &k.columns); err != nil {
		return keptText{}, fmt.Errorf("read columns: %w", err)
	}
	k.file, k.body = foldedFields(fieldNames(k.columns.File)), body
	if k.columns.Fill {
		if k.template, err = merge.Parse(body); err != nil {
			return keptText{}, fmt.Errorf("read text: %w", err)
		}
	}
	return k, nil
}

// filled reports whether the text is different for each person.
func (k keptText) filled() bool { return len(k.template.Fields()) > 0 }

// of is what somebody will read, and the cells of their row.
func (k keptText) of(r db.DraftRecipient) (text string, cells []string, err error) {
	var kept []string
	if r.Fields != "" && (k.filled() || len(k.columns.File) > 0) {
		if err := json.Unmarshal([]byte(r.Fields), &kept); err != nil {
			return "", nil, fmt.Errorf("read fields: %w", err)
		}
	}
	n := len(k.columns.File)
	switch {
	case r.Body != "":
		text = r.Body
	case !k.filled():
		text = k.body
	default:
		text, _ = k.template.Render(func(field string) string { return k.value(r.Number, kept, field) })
		text = gsm.Clean(text)
	}
	if n > 0 && len(kept) == n {
		cells = kept
	}
	return text, cells, nil
}

func (k keptText) value(number sms.MSISDN, kept []string, field string) string {
	n := len(k.columns.File)
	if i := slices.Index(k.columns.Fields, field); i >= 0 && n+i < len(kept) {
		return kept[n+i]
	}
	if i := slices.Index(k.file, field); i >= 0 && len(kept) == n {
		return kept[i]
	}
	if field == "number" {
		return string(number)
	}
	return ""
}
