// Package sms holds what a text message is: the nouns of the trade and the
// pure rules about them. It knows no clock, no network and no store.
//
// # Glossary
//
//   - MSISDN: a subscriber's number in E.164, "+447700900123".
//   - Sender: what the handset shows as the origin of a text: a number, a short
//     code, or up to 11 characters of the GSM alphabet (nobody can reply to a
//     name). Also called originator, sender id, SourceAddress.
//   - TON, NPI: type of number (1 international, 5 alphanumeric) and numbering
//     plan of an address.
//   - Message: one text to one recipient.
//   - Part: one segment of a message as it is billed, with its own Reference.
//   - Alphabet: GSM7 or UCS2 (3GPP TS 23.038); the costliest character decides.
//   - Batch: one act of sending, to one person or to forty thousand
//     (FastSMS calls it a background send, BGSendID).
//   - Reference: the provider's own id for a part it accepted.
//   - Receipt: a delivery report (DLR) that a provider gives for a Reference.
//   - Callback: the raw HTTP request with which a provider tells us something.
//   - Inbound: a text that we received (MO), on one of our Numbers (VMN).
//   - Status: where a message stands; see [Status].
//   - Validity: how long a provider may go on trying, in seconds.
//   - SendAt: the instant before which a message must not leave.
//   - Credit: what a part costs; an integer. CreditEntry: one line of the ledger.
//   - Refusal: a request that we will not do, with the sentence staff read.
package sms
