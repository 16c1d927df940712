package sms

import "log/slog"

// MSISDN is a subscriber's number in E.164 with its plus sign,
// "+447700900123". It masks itself in logs; String gives it whole.
type MSISDN string

func (n MSISDN) String() string { return string(n) }

// Digits returns the number without its plus sign, as most providers want it.
func (n MSISDN) Digits() string {
	if n == "" {
		return ""
	}
	return string(n[1:])
}

// Masked returns the number with all but its last three digits hidden.
func (n MSISDN) Masked() string {
	if len(n) < 4 {
		return "…"
	}
	return "…" + string(n[len(n)-3:])
}

// LogValue keeps whole numbers out of logs.
func (n MSISDN) LogValue() slog.Value { return slog.StringValue(n.Masked()) }
