package fastsms

import (
	"bytes"
	"strconv"
	"strings"

	"textdesk/providers"
	"textdesk/sms"
)

// An answer is HTTP 200 with a line of text: what was asked for, or a negative
// code. A sentence may follow on the next lines. Several recipients or parts
// have one value each, with commas between them.

// idLimit is the longest message id that we believe, in digits.
const idLimit = 20

// firstLine returns the answer's first line without blanks or byte order mark.
func firstLine(body []byte) string {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	line, _, _ := bytes.Cut(bytes.TrimSpace(body), []byte("\n"))
	return string(bytes.TrimSpace(line))
}

// value is one element of an answer to Send: an id or a code.
func value(s string) (id string, err *providers.Error) {
	s = strings.TrimSpace(s)
	if isID(s) {
		return s, nil
	}
	if n, ok := asCode(s); ok {
		return "", refusal(n)
	}
	return "", unreadable()
}

// isID reports whether s is a positive whole number.
func isID(s string) bool {
	if s == "" || len(s) > idLimit || strings.Trim(s, "0") == "" {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// asCode reads a negative whole number of up to six digits, written plainly.
func asCode(s string) (int, bool) {
	if len(s) < 2 || len(s) > 7 || s[0] != '-' || s[1] < '1' || s[1] > '9' {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

func unreadable() *providers.Error {
	return &providers.Error{Kind: ambiguous, Text: "FastSMS answered, but not as documented"}
}

// acceptance reads the answer to a send to one recipient: one id, or one for
// each part. Parts of which some were refused are neither sent nor not sent.
func acceptance(line string) (providers.Acceptance, error) {
	if !strings.Contains(line, ",") {
		id, err := value(line)
		if err != nil {
			return providers.Acceptance{}, err
		}
		return providers.Acceptance{References: []string{id}}, nil
	}
	parts := strings.Split(line, ",")
	refs := make([]string, 0, len(parts))
	var refused *providers.Error
	for _, part := range parts {
		id, err := value(part)
		switch {
		case err == nil:
			refs = append(refs, id)
		case err.Kind == ambiguous:
			return providers.Acceptance{}, err
		case refused == nil:
			refused = err
		}
	}
	switch {
	case refused == nil:
		return providers.Acceptance{References: refs}, nil
	case len(refs) == 0:
		return providers.Acceptance{}, refused
	}
	return providers.Acceptance{}, &providers.Error{Kind: ambiguous, Code: refused.Code,
		Text: "FastSMS took only some parts of the text"}
}

// outcomes reads the answer to a send to n recipients, by position. One code
// alone speaks of the whole call. Anything else of another length cannot be
// shared out, so nothing is certain about anybody.
func outcomes(line string, n int) ([]providers.Outcome, error) {
	values := strings.Split(line, ",")
	if len(values) != n {
		if number, ok := asCode(line); ok {
			e := refusal(number)
			if c := byNumber[number]; c != nil && c.one {
				e.Kind = ambiguous
			}
			return nil, e
		}
		return nil, &providers.Error{Kind: ambiguous, Text: "FastSMS did not answer for each of the numbers"}
	}
	out := make([]providers.Outcome, n)
	for i, v := range values {
		id, err := value(v)
		if err != nil {
			out[i].Err = err
			continue
		}
		out[i].Acceptance.References = []string{id}
	}
	return out, nil
}

// words are the states that CheckMessageStatus is known to answer, and others
// in their style.
var words = map[string]sms.Status{
	"scheduled": sms.Submitted, "queued": sms.Submitted, "pending": sms.Submitted, "unknown": sms.Submitted,
	"sent": sms.Sent, "delivered": sms.Delivered,
	"undeliverable": sms.Failed, "failed": sms.Failed, "rejected": sms.Failed,
	"expired": sms.Expired, "cancelled": sms.Cancelled, "canceled": sms.Cancelled,
}

// status reads the answer to CheckMessageStatus. A word that we do not know
// says only that the text is on its way; it is kept as Text.
func status(line string) (sms.Status, error) {
	if n, ok := asCode(line); ok {
		return 0, refusal(n)
	}
	if len(line) > 40 || strings.Trim(strings.ToLower(line), "abcdefghijklmnopqrstuvwxyz -_") != "" || !isLetter(line) {
		return 0, unreadable()
	}
	if st, ok := words[strings.ToLower(line)]; ok {
		return st, nil
	}
	return sms.Sent, nil
}

func isLetter(s string) bool { return s != "" && s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z' }

// balance reads the answer to CheckCredits: a number, perhaps with decimals. A
// negative whole number is a code.
func balance(line string) (providers.Balance, error) {
	if n, ok := asCode(line); ok {
		return providers.Balance{}, refusal(n)
	}
	digits := strings.TrimPrefix(line, "-")
	whole, cents, found := strings.Cut(digits, ".")
	if whole == "" || found && cents == "" || len(digits) > 30 || strings.Trim(whole+cents, "0123456789") != "" {
		return providers.Balance{}, unreadable()
	}
	return providers.Balance{Amount: line, Unit: "credits"}, nil
}
