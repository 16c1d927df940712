package desk

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Refusal is a request that we will not do. It is an ordinary answer, not a
// fault: pages show its sentence beside the field, each API door has a table
// from Code to its own code.
type Refusal struct {
	// Code names the rule: "no_recipients". It never changes.
	Code string
	// Sentence is what staff read.
	Sentence string
	// Field is the form field it is about, "" when it is about the whole.
	Field string
}

func (r *Refusal) Error() string { return r.Sentence }

// Is makes errors.Is compare by rule, whatever the sentence says in detail.
func (r *Refusal) Is(target error) bool {
	t, ok := target.(*Refusal)
	return ok && t.Code == r.Code
}

// because is the same refusal with a sentence about this very case.
func (r *Refusal) because(format string, args ...any) *Refusal {
	return &Refusal{Code: r.Code, Field: r.Field, Sentence: fmt.Sprintf(format, args...)}
}

// on is the same refusal about another field.
func (r *Refusal) on(field string) *Refusal {
	return &Refusal{Code: r.Code, Field: field, Sentence: r.Sentence}
}

// Every refusal of the desk. [AllRefusals] lists them, so that a door's table
// can be checked for completeness.
var (
	ErrNoRecipients      = define("no_recipients", "to", "Enter at least one mobile number.")
	ErrTooManyTo         = define("too_many_recipients", "to", "There are too many numbers for one send.")
	ErrBadNumber         = define("bad_number", "to", "This is not a mobile number.")
	ErrBlankBody         = define("blank_body", "body", "Write a message.")
	ErrBodyTooLong       = define("body_too_long", "body", "The message is too long.")
	ErrBadField          = define("bad_field", "body", "The text has a field that is none.")
	ErrMissingField      = define("missing_field", "body", "There is nothing to fill in for this person.")
	ErrNoSender          = define("no_sender", "sender", "Say who the message is from.")
	ErrSenderTooLong     = define("sender_too_long", "sender", "A sender name has at most 11 characters.")
	ErrBadSender         = define("bad_sender", "sender", "A sender is a number or a name of up to 11 plain letters and digits.")
	ErrSenderLetters     = define("sender_letters", "sender", "A sender's name has only letters, digits and signs that every phone knows.")
	ErrNoReplies         = define("no_replies", "sender", "Nobody can answer a text from a name, and you may not send under a number.")
	ErrBadSendAt         = define("bad_send_at", "when", "This is not a date and time.")
	ErrSendAtPast        = define("send_at_past", "when", "That time has passed.")
	ErrSendAtTooFar      = define("send_at_too_far", "when", "Choose a time within a year from now.")
	ErrBadValidity       = define("bad_validity", "validity", "The validity period is between 1 second and 24 hours.")
	ErrNoCredits         = define("no_credits", "", "There are not enough credits.")
	ErrNoRoute           = define("no_route", "", "No provider is set up to send this. Ask your administrator.")
	ErrUnknownMessage    = define("unknown_message", "", "There is no such message.")
	ErrUnknownBatch      = define("unknown_batch", "", "There is no such send.")
	ErrTooLate           = define("too_late", "", "It is too late: the message has already left.")
	ErrNotInDoubt        = define("not_in_doubt", "", "This message is not in doubt any more.")
	ErrSendingGoesOn     = define("sending_goes_on", "", "Sending is not held.")
	ErrBackupRuns        = define("backup_runs", "", "A backup is being made already.")
	ErrBadBackupTime     = define("bad_backup_time", "at", "Say a time of the day for the backup, such as 02:30.")
	ErrBadBackupKeep     = define("bad_backup_keep", "keep", "Keep between 1 and 365 backups.")
	ErrNotHeld           = define("not_held", "", "This send is not held any more.")
	ErrNotPlanned        = define("not_planned", "", "This send does not wait for its time any more.")
	ErrApprovedTime      = define("approved_time", "", "This send was approved for its time. Ask your administrator to move it, or stop it and plan it anew.")
	ErrMoving            = define("moving", "", "The desk stopped while this send got another time. Choose its time once more.")
	ErrNotPaused         = define("not_paused", "", "This send is not paused any more.")
	ErrNothingToPause    = define("nothing_to_pause", "", "Nothing of this send is waiting any more, so there is nothing to pause.")
	ErrNobodyToSendTo    = define("nobody_to_send_to", "", "There is nobody to send this to again.")
	ErrAgainChanged      = define("again_changed", "", "Meanwhile it has changed whom this did not reach. Check it once more.")
	ErrSignIn            = define("sign_in", "", "The username or the password is wrong.")
	ErrThrottled         = define("throttled", "", "Too many attempts. Wait a little and try again.")
	ErrSuspended         = define("suspended", "", "This user is suspended. Ask your administrator.")
	ErrSignedOut         = define("signed_out", "", "Sign in first.")
	ErrBadToken          = define("bad_token", "", "The API token is not known.")
	ErrForbidden         = define("forbidden", "", "You are not allowed to do this.")
	ErrUnknownUser       = define("unknown_user", "", "There is no such user.")
	ErrUsernameBlank     = define("username_blank", "username", "Enter a username.")
	ErrUsernameTaken     = define("username_taken", "username", "This username is taken.")
	ErrBadUsername       = define("bad_username", "username", "A username has 2 to 64 letters, digits, dots, dashes, underscores or @.")
	ErrBadLevel          = define("bad_level", "level", "A user's level is admin or normal.")
	ErrBadEmail          = define("bad_email", "email", "This is not an e-mail address.")
	ErrTooLong           = define("too_long", "", "This is too long.")
	ErrWeakPassword      = define("weak_password", "password", "A password has at least 10 characters.")
	ErrWrongPassword     = define("wrong_password", "current", "This is not your current password.")
	ErrPasswordRepeat    = define("password_repeat", "repeat", "The two passwords are not the same.")
	ErrBadCredits        = define("bad_credits", "credits", "Credits are a whole number, or unlimited.")
	ErrLastAdmin         = define("last_admin", "", "This is the last administrator; make another one first.")
	ErrNoSetup           = define("no_setup", "", "This set-up link is not valid any more.")
	ErrBadOrganisation   = define("bad_organisation", "organisation", "Enter the organisation's name.")
	ErrBadCountry        = define("bad_country", "country", "Choose a country from the list.")
	ErrBadZone           = define("bad_zone", "zone", "Choose a time zone from the list.")
	ErrNoOwnEmail        = define("no_own_email", "", "You have no e-mail address to send a test to. Put one on your account page.")
	ErrBadMailHost       = define("bad_mail_host", "host", "Enter the server's name, such as mail.oakfield.example.")
	ErrBadMailPort       = define("bad_mail_port", "port", "A port is a number up to 65535. Leave it empty for the usual one.")
	ErrBadMailSecurity   = define("bad_mail_security", "security", "Choose how the connection is protected.")
	ErrBadMailFrom       = define("bad_mail_from", "from", "Enter the e-mail address that the e-mails come from.")
	ErrMailRefused       = define("mail_refused", "", "The e-mail was not taken.")
	ErrBadAccent         = define("bad_accent", "accent", "A colour is # and six digits or letters a to f, such as #7c2d6f.")
	ErrBadLogo           = define("bad_logo", "file", "This is not a picture that the desk can read. Choose a PNG, JPEG or WebP file.")
	ErrLogoTooLarge      = define("logo_too_large", "file", "This file is larger than 2 MB. Choose a smaller one.")
	ErrUnknownLogo       = define("unknown_logo", "", "There is no such logo.")
	ErrBadUndo           = define("bad_undo", "undo", "Enter a number of seconds from 0 to 120.")
	ErrTooFast           = define("too_fast", "", "This token is used too often. Wait a little between calls.")
	ErrBadRate           = define("bad_rate", "rate", "Enter a whole number of calls a second, from 0 to 100,000; 0 is without limit.")
	ErrMailNotSet        = define("mail_not_set", "", "The desk cannot send e-mails yet. An administrator sets up its mail server in the settings.")
	ErrNoEmail           = define("no_email", "", "There is no e-mail address in your account. An administrator can add it.")
	ErrUnknownReportMail = define("unknown_report_mail", "", "There is no such e-mailed report.")
	ErrReportMailsFull   = define("report_mails_full", "", "One person cannot have more reports e-mailed.")
	ErrReportMailRuns    = define("report_mail_runs", "", "It is being sent already.")
	ErrBadPeriod         = define("bad_period", "from", "This is not a period.")
	ErrBadQuiet          = define("bad_quiet", "quiet_from", "This is not a time. Write it like 20:00.")
	ErrUnknownKey        = define("unknown_key", "", "There is no such API token.")
	ErrKeyDisabled       = define("key_disabled", "", "This key is disabled.")
	ErrBadGateway        = define("bad_gateway", "gateway", "Choose whose status values the key speaks.")
	ErrKeyName           = define("key_name", "name", "Name it after what will use it.")
	ErrUnknownProvider   = define("unknown_provider", "", "There is no such provider.")
	ErrUnknownKind       = define("unknown_kind", "kind", "There is no such kind of provider.")
	ErrProviderName      = define("provider_name", "name", "A provider's name has 1 to 40 letters, digits, dots, dashes or underscores, and begins with a letter or digit.")
	ErrProviderTaken     = define("provider_taken", "name", "This name is taken.")
	ErrProviderSettings  = define("provider_settings", "", "The provider's settings are not complete.")
	ErrProviderBusy      = define("provider_busy", "", "Messages are still waiting for this provider.")
	ErrProviderDefault   = define("provider_default", "", "This is the provider in use; make another one the default first.")
	ErrProviderCheck     = define("provider_check", "", "The provider did not answer as it should.")
	ErrManyCallbacks     = define("many_callbacks", "", "The provider posts more than this desk takes in a second.")
	ErrUnknownCallback   = define("unknown_callback", "", "There is no such callback.")
	ErrCreditsMoved      = define("credits_moved", "", "Credits were moved meanwhile. Look at the balances again.")
	ErrCreditsBelow      = define("credits_below", "credits", "Nobody's credits can fall below zero.")
	ErrBadReminder       = define("bad_reminder", "reminder", "Enter a whole number of credits, 0 for no warning.")
	ErrUnknownTemplate   = define("unknown_template", "", "There is no such template.")
	ErrTemplateName      = define("template_name", "name", "Give the template a name.")
	ErrTemplateTaken     = define("template_taken", "name", "You have a template of this name already.")
	ErrTemplatesFull     = define("templates_full", "", "One person cannot keep more templates.")
	ErrBadFields         = define("bad_fields", "body", "A field looks like ((Name)).")

	ErrCountry     = define("country", "to", "This country is not among those that this desk texts.")
	ErrNumberDay   = define("number_day", "to", "This number has had its texts for today.")
	ErrUserDay     = define("user_day", "", "You have used what you may use today.")
	ErrBadCap      = define("bad_cap", "daily_cap", "Enter a whole number of credits a day, 0 for no limit.")
	ErrBadGuard    = define("bad_guard", "", "Enter a whole number up to 1,000,000, 0 for none.")
	ErrNotSure     = define("not_sure", "sure", "Say that you are sure.")
	ErrWaits       = define("waits_for_approval", "", "This send waits for approval.")
	ErrNoApproval  = define("no_approval", "", "This send does not wait for approval any more.")
	ErrOwnApproval = define("own_approval", "", "Nobody approves what they sent themselves. Ask another administrator above you.")
	ErrPastTime    = define("past_time", "", "The time for this has passed meanwhile. Approve it to be sent now, or return it.")
	ErrNoteBlank   = define("note_blank", "note", "Say why, for the sender.")

	ErrArchived       = define("archived", "", "This user is archived. Ask your administrator.")
	ErrMaintenance    = define("maintenance", "", "The desk is closed for maintenance. Try again later.")
	ErrBadMaintenance = define("bad_maintenance", "note", "Say it in at most 300 characters.")
	ErrYourself       = define("yourself", "", "Nobody does this to themselves. Ask another administrator.")
	ErrHasUsers       = define("has_users", "", "There are users below this one. Move them to somebody else first.")
	ErrBadParent      = define("bad_parent", "parent", "Choose an administrator who is not below this user.")
	ErrNotArchived    = define("not_archived", "", "This user is not archived.")
	ErrBadDays        = define("bad_days", "alert_days", "Enter a number of days up to 3,650, 0 for no alert.")
	ErrNoLink         = define("no_link", "", "This link is not valid any more. Ask your administrator for a new one.")
	ErrActing         = define("acting", "", "This is not possible while you act as somebody else.")
	ErrNoBulk         = define("no_bulk", "to", "You may text one person at a time.")
	ErrTemplatesOnly  = define("templates_only", "body", "You may send texts of templates only. Choose one and fill it in.")
	ErrNoImport       = define("no_import", "", "You may not bring in many people at once. Ask your administrator.")
	ErrBlankField     = define("blank_field", "body", "Fill in every field of the template.")
	ErrSenderBarred   = define("sender_barred", "sender", "You may not use this sender.")
	ErrBadSenders     = define("bad_senders", "senders", "One of these is no sender.")
	ErrBadApprove     = define("bad_approve", "approve_above", "Enter a whole number of people up to 1,000,000, or nothing.")
	ErrNoUsersPasted  = define("no_users_pasted", "people", "Paste a table with a column for the usernames.")
	ErrTooManyUsers   = define("too_many_users", "people", "This is more than can be created at once.")
	ErrSecondFactor   = define("second_factor", "code", "This is not the code that the app shows now.")
	ErrSecondStep     = define("second_step", "code", "Enter the code that your app shows.")
	ErrNeedsSecond    = define("needs_second_factor", "", "Set up your second factor first.")
	ErrNoSecond       = define("no_second_factor", "", "No second factor is being set up. Begin again.")
	ErrSecondOn       = define("second_factor_on", "", "The second factor is on already.")
	ErrBadPolicy      = define("bad_policy", "second_factor", "Choose who has to have a second factor.")
	ErrBadDates       = define("bad_dates", "from", "This is not a date.")

	ErrNameBlank     = define("name_blank", "name", "Enter a name.")
	ErrContactTaken  = define("contact_taken", "number", "This number is in your contacts already.")
	ErrUnknownPerson = define("unknown_contact", "", "There is no such contact.")
	ErrFieldName     = define("field_name", "field1", "Give the field a name.")
	ErrFieldTwice    = define("field_twice", "field1", "There are two fields of this name.")
	ErrFieldsFull    = define("fields_full", "fields", "There is no room for more fields.")
	ErrColumnBlank   = define("column_blank", "column", "Give the column a name.")
	ErrColumnTaken   = define("column_taken", "column", "The list has a column of this name already.")
	ErrColumnsFull   = define("columns_full", "column", "There is no room for more columns.")
	ErrUnknownColumn = define("unknown_column", "", "The list has no such column.")
	ErrUnknownWork   = define("unknown_work", "", "There is no such work in the address book.")
	ErrTooManyChosen = define("too_many_chosen", "", "These are more than can be chosen one by one. Choose all that match instead.")
	ErrNotCounted    = define("not_counted", "sure", "Type the number of contacts to say that you are sure.")
	ErrGroupTaken    = define("group_taken", "name", "You have a group of this name already.")
	ErrUnknownGroup  = define("unknown_group", "", "There is no such group.")
	ErrEmptyGroup    = define("empty_group", "to", "Nobody is in this group.")
	ErrListTaken     = define("list_taken", "name", "You have a list of this name already.")
	ErrUnknownList   = define("unknown_list", "", "There is no such list.")
	ErrEmptyList     = define("empty_list", "to", "Nobody is on this list.")
	ErrUnknownEntry  = define("unknown_entry", "", "There is no such line on the list.")
	ErrEntryTaken    = define("entry_taken", "number", "This number is on the list already.")
	ErrNothingPasted = define("nothing_pasted", "people", "Paste at least one number.")
	ErrTooMuchPasted = define("too_much_pasted", "people", "This is more than can be pasted at once. Save it as a file, and choose that.")
	ErrSuppressed    = define("suppressed", "to", "This number must not be texted.")
	ErrNotSuppressed = define("not_suppressed", "", "This number may be texted; it is not on the list.")
	ErrReasonBlank   = define("reason_blank", "reason", "Say why, for whoever asks later.")

	ErrBadConsent     = define("bad_consent", "source", "Say how they said yes.")
	ErrBadDay         = define("bad_day", "given", "This is not a day. Write it like 15/06/2026.")
	ErrUnknownConsent = define("unknown_consent", "", "There is no such consent any more.")
	ErrNotConfirmed   = define("not_confirmed", "confirm", "This is not the number. Type it once more to confirm.")
	ErrInDoubt        = define("in_doubt", "", "Messages to this number are in doubt. Decide what became of them first.")
	ErrBadKeep        = define("bad_keep", "", "Enter a whole number of days, 0 to keep it for ever.")

	ErrUnknownRecurring = define("unknown_recurring", "", "There is no such repeating send.")
	ErrRecurringOver    = define("recurring_over", "", "This repeating send has ended.")
	ErrRecurringFull    = define("recurring_full", "", "One person cannot have more repeating sends.")
	ErrOccurrenceGone   = define("occurrence_gone", "", "This was decided meanwhile. Look again.")
	ErrBadRule          = define("bad_rule", "every", "Choose how often it repeats.")
	ErrNoRuns           = define("no_runs", "ends", "It would never be sent: it ends before its first time.")

	ErrBadVMN         = define("bad_vmn", "number", "Enter the number that texts come in on.")
	ErrVMNTaken       = define("vmn_taken", "number", "This number is there already.")
	ErrNumberProvider = define("number_provider", "provider", "Say which provider the number is from.")
	ErrNumberOwner    = define("number_owner", "owner", "Say whose the number is.")
	ErrUnknownVMN     = define("unknown_vmn", "", "There is no such number.")
	ErrBadForward     = define("bad_forward", "forward_url", "This is not a web address.")
	ErrBadMethod      = define("bad_method", "forward_method", "Texts are forwarded with get or with post.")
	ErrAuthAgain      = define("auth_again", "forward_auth", "Enter the auth text again, or remove it: the one that is stored is not handed to another host.")
	ErrNotForwarding  = define("not_forwarding", "", "This number forwards nothing.")
	ErrUnknownForward = define("unknown_forward", "", "There is no such text among those that were forwarded.")
	ErrBadHost        = define("bad_host", "host", "This is not a host.")

	ErrUnknownConversation = define("unknown_conversation", "", "There is no such conversation.")
	ErrSaidMore            = define("said_more", "", "More was said while you were writing. Read it, then send yours if it is still right.")
	ErrTaken               = define("taken", "", "Somebody has taken this conversation.")
	ErrEmptyNote           = define("empty_note", "note", "Write the note first.")
	ErrErasedNumber        = define("erased_number", "", "This person was erased, so nobody can text them.")

	ErrUnknownDraft = define("unknown_draft", "", "This is not here any more. Write it again.")
	ErrNotReady     = define("not_ready", "", "Not all of the people have been read yet. Wait a moment.")

	ErrNoFile         = define("no_file", "file", "Choose a file first.")
	ErrUploadTooLarge = define("upload_too_large", "file", fmt.Sprintf("This file is larger than %d MB. Split it, or keep only the columns that you need.", MaxUpload>>20))
	ErrUploadGone     = define("upload_gone", "file", "The file is not here any more. Choose it again.")
	ErrBadFile        = define("bad_file", "file", "This file cannot be read.")
	ErrNoNumberColumn = define("no_number_column", "file", "No column of this file looks like mobile numbers.")
	ErrNoColumn       = define("no_column", "column", "Choose the column with the mobile numbers.")

	ErrUnknownImport   = define("unknown_import", "", "There is no such import.")
	ErrImportGone      = define("import_gone", "", "This import has gone on meanwhile. Look at it again.")
	ErrImportsFull     = define("imports_full", "file", "Several of your imports are at work. Wait until one is finished.")
	ErrImportTooLarge  = define("import_too_large", "file", fmt.Sprintf("This file is larger than %d MB. Split it, or keep only the columns that you need.", MaxImport>>20))
	ErrTwoNumbers      = define("two_number_columns", "column", "Choose one column as the mobile number. The others can be fields.")
	ErrColumnField     = define("column_field", "column", "Give the field a name of its own.")
	ErrImportNotUndone = define("import_not_undone", "", "This import cannot be undone any more.")

	ErrBadWord        = define("bad_word", "words", "A word has between 2 and 60 letters and digits.")
	ErrWordTaken      = define("word_taken", "words", "This word is taken already.")
	ErrBadReply       = define("bad_reply", "body", "An answer that is nothing but an opt-out word could be taken for one. Write a sentence.")
	ErrBadHours       = define("bad_hours", "", "Say when it opens and closes, such as 09:00 and 17:00, or tick closed.")
	ErrBadLimit       = define("bad_limit", "", "Enter a whole number.")
	ErrUnknownKeyword = define("unknown_keyword", "", "There is no such keyword any more.")
	ErrNoDeed         = define("no_deed", "body", "Write an answer, or choose what becomes of whoever sends the word.")
	ErrKeywordsFull   = define("keywords_full", "words", "There are as many keywords as the desk takes.")
	ErrNotAsking      = define("not_asking", "", "Somebody has decided about this text already.")
)

var refusals []*Refusal

func define(code, field, sentence string) *Refusal {
	r := &Refusal{Code: code, Field: field, Sentence: sentence}
	refusals = append(refusals, r)
	return r
}

// AllRefusals lists every rule by which the desk refuses.
func AllRefusals() []*Refusal { return append([]*Refusal(nil), refusals...) }

// Refusals returns the refusals in err, in order. A fault has none.
func Refusals(err error) []*Refusal {
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*Refusal
		for _, e := range many.Unwrap() {
			all = append(all, Refusals(e)...)
		}
		return all
	}
	var r *Refusal
	if errors.As(err, &r) {
		return []*Refusal{r}
	}
	return nil
}

// refused joins refusals into one error, nil when there are none.
func refused(all []*Refusal) error {
	errs := make([]error, len(all))
	for i, r := range all {
		errs[i] = r
	}
	return errors.Join(errs...)
}

// tooLong refuses a field with more than limit bytes.
func tooLong(field, value string, limit int) *Refusal {
	if len(value) <= limit {
		return nil
	}
	return ErrTooLong.because("This is too long: at most %d characters.", limit).on(field)
}

// tidy trims what was typed and folds runs of blanks, for names.
func tidy(typed string) string { return strings.Join(strings.Fields(typed), " ") }

// thousands writes a count as staff read it: "20,001".
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// RefusalCode is the Code of the first refusal in err, "" for a fault and for
// no error.
func RefusalCode(err error) string {
	if all := Refusals(err); len(all) > 0 {
		return all[0].Code
	}
	return ""
}

// RefusalWords is what staff read of the refusal with a Code, "" for one that
// there is not. It says nothing about the case at hand.
func RefusalWords(code string) string {
	for _, r := range refusals {
		if r.Code == code {
			return r.Sentence
		}
	}
	return ""
}
