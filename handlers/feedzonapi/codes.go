package feedzonapi

import (
	"errors"
	"strconv"

	"textdesk/desk"
	"textdesk/providers/feedzon"
)

// Code is an answer that is not what was asked for. It is an error, so that
// methods can return it.
type Code int

func (c Code) Error() string  { return c.Text() }
func (c Code) String() string { return strconv.Itoa(int(c)) }

// Text is what the page says the code means, "" for a code that it does not
// have.
func (c Code) Text() string {
	for _, row := range feedzon.Codes() {
		if row[0] == c.String() {
			return row[1]
		}
	}
	return ""
}

// The errors of the page, in its order.
const (
	unknownMethod     Code = -1
	invalidKey        Code = 1000
	missingParameters Code = 1010
	accountTrouble    Code = 1020
	nothingNew        Code = 1030
)

// Codes lists the errors in the page's order.
func Codes() []Code {
	return []Code{unknownMethod, invalidKey, missingParameters, accountTrouble, nothingNew}
}

// byRefusal is the code for each refusal of the desk. The page has few: 1000 is
// about who calls, 1010 about this one text, and 1020 about what the account may
// and has, so that a program that stops at 1020 and goes on after 1010 does what is
// right. Refusals that no method of this door meets have the nearest code, so that
// a new method that does meet them says something true.
var byRefusal = func() map[string]Code {
	rows := map[string]Code{}
	for code, refusals := range map[Code][]*desk.Refusal{
		invalidKey:        aboutTheKey,
		missingParameters: aboutTheCall,
		accountTrouble:    aboutTheAccount,
	} {
		for _, r := range refusals {
			rows[r.Code] = code
		}
	}
	return rows
}()

var (
	aboutTheKey = []*desk.Refusal{
		desk.ErrSignIn, desk.ErrThrottled, desk.ErrSignedOut, desk.ErrBadToken, desk.ErrNoSetup, desk.ErrSuspended, desk.ErrKeyDisabled, desk.ErrArchived,
		desk.ErrNoLink, desk.ErrSecondFactor, desk.ErrSecondStep, desk.ErrNeedsSecond,
	}

	aboutTheCall = []*desk.Refusal{
		desk.ErrNoRecipients, desk.ErrTooManyTo, desk.ErrBadNumber, desk.ErrBlankBody, desk.ErrBodyTooLong, desk.ErrBadField, desk.ErrMissingField,
		desk.ErrSenderTooLong, desk.ErrBadSender, desk.ErrSenderLetters, desk.ErrBadSendAt, desk.ErrSendAtPast, desk.ErrSendAtTooFar, desk.ErrBadValidity,
		desk.ErrUnknownMessage, desk.ErrTooLate, desk.ErrNotInDoubt, desk.ErrUnknownBatch, desk.ErrNotHeld, desk.ErrNotPlanned, desk.ErrApprovedTime,
		desk.ErrMoving, desk.ErrNotPaused, desk.ErrNothingToPause, desk.ErrNobodyToSendTo, desk.ErrAgainChanged, desk.ErrBadPeriod,
		desk.ErrUnknownRecurring, desk.ErrRecurringOver, desk.ErrRecurringFull, desk.ErrOccurrenceGone, desk.ErrBadRule, desk.ErrNoRuns,
		desk.ErrUsernameBlank, desk.ErrUsernameTaken, desk.ErrBadUsername, desk.ErrBadLevel, desk.ErrBadEmail, desk.ErrWeakPassword,
		desk.ErrPasswordRepeat, desk.ErrBadCredits, desk.ErrTooLong, desk.ErrBadGateway, desk.ErrKeyName, desk.ErrManyCallbacks, desk.ErrUnknownCallback,
		desk.ErrUnknownTemplate, desk.ErrTemplateName, desk.ErrTemplateTaken, desk.ErrTemplatesFull, desk.ErrBadFields, desk.ErrCountry, desk.ErrNumberDay,
		desk.ErrPastTime, desk.ErrNoteBlank, desk.ErrBlankField, desk.ErrSenderBarred, desk.ErrNoUsersPasted, desk.ErrTooManyUsers, desk.ErrBadDates,
		desk.ErrNameBlank, desk.ErrContactTaken, desk.ErrUnknownPerson, desk.ErrColumnBlank, desk.ErrColumnTaken, desk.ErrColumnsFull,
		desk.ErrUnknownColumn, desk.ErrUnknownWork, desk.ErrTooManyChosen, desk.ErrNotCounted, desk.ErrFieldName, desk.ErrFieldTwice, desk.ErrFieldsFull,
		desk.ErrGroupTaken, desk.ErrUnknownGroup, desk.ErrEmptyGroup, desk.ErrListTaken, desk.ErrUnknownList, desk.ErrEmptyList, desk.ErrUnknownEntry,
		desk.ErrEntryTaken, desk.ErrNothingPasted, desk.ErrTooMuchPasted, desk.ErrSuppressed, desk.ErrNotSuppressed, desk.ErrReasonBlank,
		desk.ErrBadConsent, desk.ErrBadDay, desk.ErrUnknownConsent, desk.ErrNotConfirmed, desk.ErrInDoubt, desk.ErrBadKeep, desk.ErrNoFile,
		desk.ErrUnknownDraft, desk.ErrNotReady, desk.ErrUploadTooLarge, desk.ErrUploadGone, desk.ErrBadFile, desk.ErrNoNumberColumn, desk.ErrNoColumn,
		desk.ErrUnknownConversation, desk.ErrSaidMore, desk.ErrTaken, desk.ErrEmptyNote, desk.ErrErasedNumber,
		desk.ErrUnknownImport, desk.ErrImportGone, desk.ErrImportsFull, desk.ErrImportTooLarge, desk.ErrTwoNumbers, desk.ErrColumnField,
		desk.ErrImportNotUndone,
		desk.ErrBadWord, desk.ErrWordTaken, desk.ErrBadReply, desk.ErrBadHours, desk.ErrBadLimit, desk.ErrUnknownKeyword, desk.ErrNoDeed,
		desk.ErrKeywordsFull, desk.ErrNotAsking, desk.ErrBadVMN, desk.ErrVMNTaken, desk.ErrNumberProvider, desk.ErrNumberOwner, desk.ErrUnknownVMN,
		desk.ErrBadForward, desk.ErrBadMethod, desk.ErrAuthAgain, desk.ErrNotForwarding, desk.ErrUnknownForward, desk.ErrBadHost,
	}

	aboutTheAccount = []*desk.Refusal{
		desk.ErrNoSender, desk.ErrNoReplies, desk.ErrNoCredits, desk.ErrNoRoute, desk.ErrBadQuiet, desk.ErrTooFast, desk.ErrBadRate, desk.ErrForbidden,
		desk.ErrUnknownUser, desk.ErrWrongPassword, desk.ErrLastAdmin, desk.ErrBadOrganisation, desk.ErrBadCountry, desk.ErrBadZone, desk.ErrNoOwnEmail,
		desk.ErrBadMailHost, desk.ErrBadMailPort, desk.ErrBadMailSecurity, desk.ErrBadMailFrom, desk.ErrMailRefused, desk.ErrBadUndo, desk.ErrBadAccent, desk.ErrBadLogo, desk.ErrLogoTooLarge, desk.ErrUnknownLogo,
		desk.ErrSendingGoesOn, desk.ErrBackupRuns, desk.ErrMailNotSet, desk.ErrNoEmail, desk.ErrUnknownReportMail, desk.ErrReportMailsFull, desk.ErrReportMailRuns, desk.ErrBadBackupTime, desk.ErrBadBackupKeep, desk.ErrUnknownKey, desk.ErrUnknownProvider, desk.ErrUnknownKind,
		desk.ErrProviderName, desk.ErrProviderTaken, desk.ErrProviderSettings, desk.ErrProviderBusy, desk.ErrProviderDefault, desk.ErrProviderCheck,
		desk.ErrCreditsMoved, desk.ErrCreditsBelow, desk.ErrBadReminder, desk.ErrUserDay, desk.ErrBadCap, desk.ErrBadGuard, desk.ErrNotSure, desk.ErrWaits,
		desk.ErrNoApproval, desk.ErrOwnApproval, desk.ErrMaintenance, desk.ErrBadMaintenance, desk.ErrYourself, desk.ErrHasUsers, desk.ErrBadParent,
		desk.ErrNotArchived, desk.ErrBadDays, desk.ErrActing, desk.ErrNoBulk, desk.ErrTemplatesOnly, desk.ErrNoImport, desk.ErrBadSenders,
		desk.ErrBadApprove, desk.ErrNoSecond, desk.ErrSecondOn, desk.ErrBadPolicy,
	}
)

// CodeOf is the code for a refusal, 0 for one without a row.
func CodeOf(r *desk.Refusal) Code { return byRefusal[r.Code] }

// codeOf is the code for an error. Of several refusals the first counts. known
// is false for a fault, and for a refusal without a row: of a fault nobody knows
// what it did, which the status says; a program that reads only the code must not
// take it for this text's alone.
func codeOf(err error) (code Code, known bool) {
	if all := desk.Refusals(err); len(all) > 0 {
		if code, known = byRefusal[all[0].Code]; known {
			return code, true
		}
		return accountTrouble, false
	}
	if errors.As(err, &code) {
		return code, true
	}
	return accountTrouble, false
}
