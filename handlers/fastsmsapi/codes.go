package fastsmsapi

import (
	"errors"
	"slices"
	"strconv"

	"textdesk/desk"
)

// Code is an answer that is not what was asked for. It is an error, so that
// actions can return it.
type Code int

func (c Code) Error() string  { return c.Text() }
func (c Code) String() string { return strconv.Itoa(int(c)) }

// Text is what the page says the code means, "" for a code that it does not
// have.
func (c Code) Text() string {
	for _, row := range codes {
		if row.code == c {
			return row.text
		}
	}
	return ""
}

// The codes that this door gives on its own, without a refusal of the desk.
const (
	databaseError  Code = -300
	unknownError   Code = -301
	invalidTo      Code = -401
	invalidList    Code = -410
	invalidGroup   Code = -414
	unknownAction  Code = -502
	badFrom        Code = -504
	badTo          Code = -505
	missingDetails Code = -507
	invalidUser    Code = -509
	unknownReport  Code = -601
	invalidAmount  Code = -702
)

// codes is the page's table of error codes, in its order and its words. After
// it come those that the page describes with GetBGMessages.
var codes = [...]struct {
	code Code
	text string
}{
	{-100, "Not Enough Credits"},
	{-101, "Invalid CreditID"},
	{-200, "Invalid Contact"},
	{-300, "General Database Error"},
	{-301, "Unknown Error"},
	{-302, "Return XML Error"},
	{-303, "Received XML Error"},
	{-400, "Some numbers in list failed"},
	{-401, "Invalid Destination Address"},
	{-402, "Invalid Source Address – Alphanumeric too long"},
	{-403, "Invalid Source Address – Invalid Number"},
	{-404, "Blank Body"},
	{-405, "Invalid Validity Period"},
	{-406, "No Route Available"},
	{-407, "Invalid Schedule Date"},
	{-408, "Distribution List is Empty"},
	{-409, "Group is Empty"},
	{-410, "Invalid Distribution List"},
	{-411, "You have exceeded the limit of messages you can send in a single day to a single number"},
	{-412, "Number is blacklisted"},
	{-414, "Invalid Group"},
	{-501, "Unknown Username/Password"},
	{-502, "Unknown Action"},
	{-503, "Unknown Message ID"},
	{-504, "Invalid From Timestamp"},
	{-505, "Invalid To Timestamp"},
	{-506, "Source Address Not Allowed (Email2SMS)"},
	{-507, "Invalid/Missing Details"},
	{-508, "Error Creating User"},
	{-509, "Unknown/Invalid User"},
	{-510, "You cannot set a user’s credits to be less than 0"},
	{-511, "The system is down for maintenance"},
	{-512, "User Suspended"},
	{-513, "License in use"},
	{-514, "License expired"},
	{-515, "No License available"},
	{-516, "Unknown List"},
	{-517, "Unable to create List"},
	{-518, "Blank or Invalid Source Address"},
	{-519, "Blank Message Body"},
	{-520, "Unknown Group"},
	{-601, "Unknown Report Type"},
	{-701, "No UserID Specified"},
	{-702, "Invalid Amount Specified"},
	{-703, "Invalid Currency Requested"},

	{-521, "Unknown Background Send ID"},
	{-522, "Background Send Not Finished"},
	{-523, "No messages were found"},
}

// ErrorCode is a row of the page's table.
type ErrorCode struct {
	Code Code
	Text string
}

// Codes lists the error codes with the page's words, in its order.
func Codes() []ErrorCode {
	all := make([]ErrorCode, len(codes))
	for i, row := range codes {
		all[i] = ErrorCode{row.code, row.text}
	}
	return all
}

// Actions lists the calls that are served, as the page writes them.
func Actions() map[string]bool {
	served := map[string]bool{}
	for name := range actions {
		served[actionNames[name]] = true
	}
	return served
}

// byRefusal is the code for each refusal of the desk. Those that no action of
// this door meets have the nearest code, so that a new action that does meet
// them says something true.
var byRefusal = map[string]Code{
	desk.ErrNoRecipients.Code:  -401,
	desk.ErrTooManyTo.Code:     -507,
	desk.ErrBadNumber.Code:     -401,
	desk.ErrBlankBody.Code:     -404,
	desk.ErrBodyTooLong.Code:   -507,
	desk.ErrBadField.Code:      -507,
	desk.ErrMissingField.Code:  -507,
	desk.ErrNoSender.Code:      -518,
	desk.ErrSenderTooLong.Code: -402,
	desk.ErrBadSender.Code:     -403,
	desk.ErrSenderLetters.Code: -518,
	desk.ErrNoReplies.Code:     -518,
	desk.ErrBadSendAt.Code:     -407,
	desk.ErrSendAtPast.Code:    -407,
	desk.ErrSendAtTooFar.Code:  -407,
	desk.ErrBadValidity.Code:   -405,
	desk.ErrNoCredits.Code:     -100,
	desk.ErrNoRoute.Code:       -406,

	desk.ErrUnknownMessage.Code: -503,
	desk.ErrTooLate.Code:        -503,
	desk.ErrNotInDoubt.Code:     -503,
	desk.ErrUnknownBatch.Code:   -521,
	desk.ErrNotHeld.Code:        -521,
	desk.ErrNotPlanned.Code:     -521,
	desk.ErrApprovedTime.Code:   -521,
	desk.ErrMoving.Code:         -521,
	desk.ErrNotPaused.Code:      -521,
	desk.ErrNothingToPause.Code: -521,
	desk.ErrNobodyToSendTo.Code: -523,
	desk.ErrAgainChanged.Code:   -523,
	desk.ErrBadQuiet.Code:       -507,
	desk.ErrBadPeriod.Code:      -504,
	desk.ErrTooFast.Code:        -511, // try again later, which is how clients read it
	desk.ErrBadRate.Code:        -507,

	desk.ErrUnknownRecurring.Code: -521,
	desk.ErrRecurringOver.Code:    -521,
	desk.ErrRecurringFull.Code:    -507,
	desk.ErrOccurrenceGone.Code:   -521,
	desk.ErrBadRule.Code:          -407,
	desk.ErrNoRuns.Code:           -407,

	desk.ErrSignIn.Code:    -501,
	desk.ErrThrottled.Code: -501,
	desk.ErrSignedOut.Code: -501,
	desk.ErrBadToken.Code:  -501,
	desk.ErrNoSetup.Code:   -501,
	desk.ErrSuspended.Code: -512,

	desk.ErrForbidden.Code:      -509,
	desk.ErrUnknownUser.Code:    -509,
	desk.ErrUsernameBlank.Code:  -508,
	desk.ErrUsernameTaken.Code:  -508,
	desk.ErrBadUsername.Code:    -508,
	desk.ErrBadLevel.Code:       -508,
	desk.ErrBadEmail.Code:       -508,
	desk.ErrWeakPassword.Code:   -508,
	desk.ErrWrongPassword.Code:  -508,
	desk.ErrPasswordRepeat.Code: -508,
	desk.ErrBadCredits.Code:     -702,
	desk.ErrLastAdmin.Code:      -507,

	desk.ErrTooLong.Code:         -507,
	desk.ErrBadOrganisation.Code: -507,
	desk.ErrBadCountry.Code:      -507,
	desk.ErrBadZone.Code:         -507,
	desk.ErrNoOwnEmail.Code:      -507,
	desk.ErrBadMailHost.Code:     -507,
	desk.ErrBadMailPort.Code:     -507,
	desk.ErrBadMailSecurity.Code: -507,
	desk.ErrBadMailFrom.Code:     -507,
	desk.ErrMailRefused.Code:     -507,
	desk.ErrBadUndo.Code:         -507,
	desk.ErrBadAccent.Code:       -507,
	desk.ErrBadLogo.Code:         -507,
	desk.ErrLogoTooLarge.Code:    -507,
	desk.ErrUnknownLogo.Code:     -507,
	desk.ErrSendingGoesOn.Code:   -507,
	desk.ErrBackupRuns.Code:      -507,
	desk.ErrMailNotSet.Code:      -507, desk.ErrNoEmail.Code: -507, desk.ErrUnknownReportMail.Code: -507, desk.ErrReportMailsFull.Code: -507, desk.ErrReportMailRuns.Code: -507,
	desk.ErrBadBackupTime.Code:    -507,
	desk.ErrBadBackupKeep.Code:    -507,
	desk.ErrUnknownKey.Code:       -507,
	desk.ErrKeyDisabled.Code:      -501,
	desk.ErrBadGateway.Code:       -507,
	desk.ErrKeyName.Code:          -507,
	desk.ErrUnknownProvider.Code:  -507,
	desk.ErrUnknownKind.Code:      -507,
	desk.ErrProviderName.Code:     -507,
	desk.ErrProviderTaken.Code:    -507,
	desk.ErrProviderSettings.Code: -507,
	desk.ErrProviderBusy.Code:     -507,
	desk.ErrProviderDefault.Code:  -507,
	desk.ErrProviderCheck.Code:    -507,
	desk.ErrManyCallbacks.Code:    -507,
	desk.ErrUnknownCallback.Code:  -507,

	desk.ErrCreditsMoved.Code:    -507,
	desk.ErrCreditsBelow.Code:    -510,
	desk.ErrBadReminder.Code:     -702,
	desk.ErrUnknownTemplate.Code: -507,
	desk.ErrTemplateName.Code:    -507,
	desk.ErrTemplateTaken.Code:   -507,
	desk.ErrTemplatesFull.Code:   -507,
	desk.ErrBadFields.Code:       -507,

	desk.ErrCountry.Code:     -406,
	desk.ErrNumberDay.Code:   -411,
	desk.ErrUserDay.Code:     -411, // the page has no code for a user's day; this one says what it is about
	desk.ErrBadCap.Code:      -702,
	desk.ErrBadGuard.Code:    -507,
	desk.ErrNotSure.Code:     -507,
	desk.ErrWaits.Code:       -521,
	desk.ErrNoApproval.Code:  -521,
	desk.ErrOwnApproval.Code: -509,
	desk.ErrPastTime.Code:    -407,
	desk.ErrNoteBlank.Code:   -507,

	desk.ErrArchived.Code:       -512,
	desk.ErrMaintenance.Code:    -511,
	desk.ErrBadMaintenance.Code: -507,
	desk.ErrYourself.Code:       -509,
	desk.ErrHasUsers.Code:       -509,
	desk.ErrBadParent.Code:      -509,
	desk.ErrNotArchived.Code:    -509,
	desk.ErrBadDays.Code:        -508,
	desk.ErrNoLink.Code:         -501,
	desk.ErrActing.Code:         -509,
	desk.ErrNoBulk.Code:         -509, // the page has no code for what a user may not; this one is about the user
	desk.ErrTemplatesOnly.Code:  -509,
	desk.ErrBlankField.Code:     -507,
	desk.ErrNoImport.Code:       -509,
	desk.ErrSenderBarred.Code:   -506,
	desk.ErrBadSenders.Code:     -518,
	desk.ErrBadApprove.Code:     -507,
	desk.ErrNoUsersPasted.Code:  -507,
	desk.ErrTooManyUsers.Code:   -507,
	desk.ErrSecondFactor.Code:   -501,
	desk.ErrSecondStep.Code:     -501,
	desk.ErrNeedsSecond.Code:    -501,
	desk.ErrNoSecond.Code:       -507,
	desk.ErrSecondOn.Code:       -507,
	desk.ErrBadPolicy.Code:      -507,
	desk.ErrBadDates.Code:       -504,

	desk.ErrNameBlank.Code:     -200,
	desk.ErrContactTaken.Code:  -200,
	desk.ErrUnknownPerson.Code: -200,
	desk.ErrColumnBlank.Code:   -200,
	desk.ErrColumnTaken.Code:   -200,
	desk.ErrColumnsFull.Code:   -200,
	desk.ErrUnknownColumn.Code: -200,
	desk.ErrUnknownWork.Code:   -200,
	desk.ErrTooManyChosen.Code: -200,
	desk.ErrNotCounted.Code:    -200,
	desk.ErrFieldName.Code:     -200,
	desk.ErrFieldTwice.Code:    -200,
	desk.ErrFieldsFull.Code:    -200,
	desk.ErrGroupTaken.Code:    -507,
	desk.ErrUnknownGroup.Code:  -520,
	desk.ErrEmptyGroup.Code:    -409,
	desk.ErrListTaken.Code:     -517,
	desk.ErrUnknownList.Code:   -516,
	desk.ErrEmptyList.Code:     -408,
	desk.ErrUnknownEntry.Code:  -516,
	desk.ErrEntryTaken.Code:    -507,
	desk.ErrNothingPasted.Code: -507,
	desk.ErrTooMuchPasted.Code: -507,
	desk.ErrSuppressed.Code:    -412,
	desk.ErrNotSuppressed.Code: -507,
	desk.ErrReasonBlank.Code:   -507,

	desk.ErrBadConsent.Code:     -507,
	desk.ErrBadDay.Code:         -507,
	desk.ErrUnknownConsent.Code: -200,
	desk.ErrNotConfirmed.Code:   -507,
	desk.ErrInDoubt.Code:        -507,
	desk.ErrBadKeep.Code:        -507,

	desk.ErrNoFile.Code:         -507,
	desk.ErrUnknownDraft.Code:   -507,
	desk.ErrNotReady.Code:       -507,
	desk.ErrUploadTooLarge.Code: -507,
	desk.ErrUploadGone.Code:     -507,
	desk.ErrBadFile.Code:        -507,
	desk.ErrNoNumberColumn.Code: -507,
	desk.ErrNoColumn.Code:       -507,

	desk.ErrUnknownConversation.Code: -507,
	desk.ErrSaidMore.Code:            -507,
	desk.ErrTaken.Code:               -507,
	desk.ErrEmptyNote.Code:           -507,
	desk.ErrErasedNumber.Code:        -507,

	desk.ErrUnknownImport.Code:   -507,
	desk.ErrImportGone.Code:      -507,
	desk.ErrImportsFull.Code:     -507,
	desk.ErrImportTooLarge.Code:  -507,
	desk.ErrTwoNumbers.Code:      -507,
	desk.ErrColumnField.Code:     -507,
	desk.ErrImportNotUndone.Code: -507,

	desk.ErrBadWord.Code:        -507,
	desk.ErrWordTaken.Code:      -507,
	desk.ErrBadReply.Code:       -507,
	desk.ErrBadHours.Code:       -507,
	desk.ErrBadLimit.Code:       -507,
	desk.ErrUnknownKeyword.Code: -507,
	desk.ErrNoDeed.Code:         -507,
	desk.ErrKeywordsFull.Code:   -507,
	desk.ErrNotAsking.Code:      -507,

	desk.ErrBadVMN.Code:         -401,
	desk.ErrVMNTaken.Code:       -507,
	desk.ErrNumberProvider.Code: -507,
	desk.ErrNumberOwner.Code:    -507,
	desk.ErrUnknownVMN.Code:     -507,
	desk.ErrBadForward.Code:     -507,
	desk.ErrBadMethod.Code:      -507,
	desk.ErrAuthAgain.Code:      -507,
	desk.ErrNotForwarding.Code:  -507,
	desk.ErrUnknownForward.Code: -503,
	desk.ErrBadHost.Code:        -507,
}

// codeOf is the code for an error. Of several refusals the first counts.
// known is false for a fault, and for a refusal without a row.
func codeOf(err error) (code Code, known bool) {
	if all := desk.Refusals(err); len(all) > 0 {
		if code, known = byRefusal[all[0].Code]; known {
			return code, true
		}
		return unknownError, false
	}
	if errors.As(err, &code) {
		return code, code != unknownError
	}
	return databaseError, false
}

// texts are the lines beneath an answer, one for each code in it.
func texts(in []Code) (lines string) {
	for i, c := range in {
		if !slices.Contains(in[:i], c) {
			lines += "\n" + c.Text()
		}
	}
	return lines
}
