package sms

// TON is the type of number of an address (3GPP TS 23.040 §9.1.2.5).
type TON uint8

const (
	// TONUnknown leaves it to the provider.
	TONUnknown TON = 0
	// TONInternational is a number with its country code.
	TONInternational TON = 1
	// TONNational is a number or short code that means something in one country.
	TONNational TON = 2
	// TONAlphanumeric is a name of up to 11 GSM characters.
	TONAlphanumeric TON = 5
)
