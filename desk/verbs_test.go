package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"textdesk/db"
	"textdesk/providers"
	"textdesk/sms"
)

// The rules of verbs: who is let in.
const (
	// ofOwner: it is about something of somebody's, which they and those above
	// them reach.
	ofOwner = "owner"
	// ofUser: it is about a user, whom administrators above them reach.
	ofUser = "user"
	// forAdmins: it is about the desk, for any administrator.
	forAdmins = "admins"
	// forAll: it is about the actor's own; what it gives must be theirs.
	forAll = "all"
	// forShell: only the command line.
	forShell = "shell"
)

// verbs are all that an actor can ask of the desk, with who is let in and what
// the numbers among the arguments are. A verb without a row fails the test: say
// here who may use it.
var verbs = map[string]string{
	"About": forAdmins, "ActAs": "user user", "AddContact": forAll, "AddGroup": forAll, "AddList": forAll, "AddProvider": forAdmins, "AddRecurring": forAll,
	"AddTemplate": forAll, "FillIn": "own template", "AddToGroup": "owner group", "AddTried": forAdmins, "AddUser": forAdmins, "AddUsers": forAdmins, "AllRecurring": forAll,
	"Approval": "owner batch", "Approvals": forAll, "Approve": "owner batch", "Archive": "user user", "ArchiveByName": "user", "Attention": forAll,
	"AuditLog": forAdmins, "Batch": "owner batch", "BeginImport": forAll, "BeginSecondFactor": forAll, "CallbackOf": forAll, "CallbackPath": forAdmins,
	"Callbacks": forAdmins, "CallbacksSeen": forAdmins, "Calls": forAll, "Cancel": "owner message", "CancelImport": "owner import",
	"ChangeContact": "owner contact", "ChangeEntry": "owner list entry", "ChangePassword": forAll, "ChangeProvider": forAdmins, "ChangeRecurring": "owner recurring",
	"ChangeTemplate": "own template", "ChangeUser": "user user", "Check": forAll, "CheckAgain": "owner batch", "CheckImport": "owner import",
	"CheckSuppressFile": forAdmins, "ConfirmSecondFactor": forAll, "Consent": "owner contact consent", "Consents": "owner contact", "Contact": "owner contact",
	"ContactHistory": "owner contact", "Contacts": forAll, "CountContacts": forAll, "DeleteAllContacts": forAll, "DeleteAllGroups": forAll,
	"DeleteContact": "owner contact", "DeleteGroup": "owner group", "DeleteList": "owner list", "DeleteTemplate": "own template", "DropPrepared": forAll,
	"DropSecondFactor": forAll, "EachAuditEntry": forAdmins, "EachContact": forAll, "EachInbound": forAll, "EachLedgerLine": forAll, "EachLeftOut": forAll,
	"EachReportLine": forAll, "EachRowToFix": "owner import", "EachSkip": "owner batch", "EachSuppression": forAdmins, "EmptyGroup": "owner group",
	"EndRecurring": "owner recurring", "Entries": "owner list", "Entry": "owner list entry", "ErasePerson": forAdmins, "Erasures": forAdmins, "ExportContacts": forAll,
	"ExportFields": forAll, "ExportGroups": forAll, "ExportList": "owner list", "ExportLists": forAll, "FieldNames": forAll, "FindContacts": forAll,
	"FindPerson": forAdmins, "FindUsers": forAdmins, "FinishStep": forAdmins, "Group": "owner group", "GroupNamed": forAll, "Groups": forAll, "Handset": forAll, "HandsetOptOut": forAll,
	"Handsets": forAll, "HasContacts": forAll, "Import": "owner import", "ImportFile": "owner import", "ImportLines": forAll, "ImportRows": "owner import",
	"Imports": forAll, "InviteUser": forAdmins, "KeepUpload": forAll, "Keys": forAll, "LastMove": forAll, "Ledger": forAll, "List": "owner list",
	"ListColumns": "owner list", "ListNamed": forAll, "Lists": forAll, "MarkAsSent": "owner message", "Members": "owner group", "Message": "owner message",
	"MissedRuns": forAll, "MoveCredits": "user user", "MoveCreditsByName": "user", "MoveUser": "user user", "MoveUserByName": "user", "NewKey": forAll,
	"NewKeyFor": forShell, "NewKeyOf": "user user", "NewLink": "user user", "NewLinkByName": "user", "NewRecoveryCodes": forAll, "NoteConsent": "owner contact",
	"OpenSettings": forAdmins, "Outbox": forAll, "Overview": forAll, "ParentsFor": "user user", "PartStatus": "owner message", "PasteIntoGroup": "owner group",
	"PasteIntoList": "owner list", "PauseBatch": "owner batch", "PauseProvider": forAdmins, "PauseRecurring": "owner recurring", "PlanArchive": "user user",
	"PlanMove": "user user", "PlanUser": forAdmins, "PlanUsers": forAdmins, "Prepare": forAll, "PrepareAgain": "owner batch", "Prepared": forAll, "Progress": "owner batch", "ProviderLoad": forAdmins,
	"Providers": forAdmins, "ReadImportAs": "owner import", "ReceivedPage": forAll, "RecoveryCodesLeft": forAll, "Recurring": "owner recurring", "Release": "owner batch",
	"RemoveEntry": "owner list entry", "RemoveFromGroup": "owner group", "RemoveProvider": forAdmins, "RenameGroup": "owner group", "RenameList": "owner list",
	"Repeats": forAll, "ReplayCallback": forAdmins, "ReplayUnread": forAdmins, "ReplyFrom": forAll, "Report": forAll, "ReportPage": forAll, "Reschedule": "owner batch",
	"ResetPassword": "user", "ResetSecondFactor": "user", "Restore": "user user", "Resume": "user", "ResumeBatch": "owner batch", "ResumeProvider": forAdmins,
	"ResumeRecurring": "owner recurring", "Return": "owner batch", "RevokeKey": "own key", "RevokeKeyOf": "user user key", "SaveGuard": forAdmins,
	"SaveOrganisation": forAdmins, "SavePasswordCalls": forAdmins, "SaveQuietHours": forAdmins, "SaveSecondFactorPolicy": forAdmins, "SaveSettings": forAdmins, "Send": forAll,
	"SendAgain": "owner message", "SendAgainFailed": "owner batch", "SendMissed": "owner recurring", "SendPrepared": forAll, "SendReport": forAll, "Sends": forAll,
	"SessionsOf": forAll, "SetCreditReminder": forAll, "SetDailyCap": "user", "SetDefaultProvider": forAdmins, "SetMaintenance": forAdmins,
	"SetPermissions": "user user", "SetTokenRate": forAll, "SetUnlimited": "user", "SignOutElsewhere": forAll, "SkipMissed": "owner recurring",
	"SkipNext": "owner recurring", "Skips": "owner batch", "StartImport": "owner import", "Stop": "owner batch", "StopActing": forAll, "SumReport": forAll,
	"Suppress": forAdmins, "SuppressFile": forAdmins, "Suppression": forAll, "Suppressions": forAdmins, "Suspend": "user", "Template": "own template",
	"Templates": forAll, "TestProvider": forAdmins, "Token": forAll, "TopUp": forAll, "TryChange": forAdmins, "TryProvider": forAdmins, "UndoImport": "owner import",
	"Unsuppress": forAdmins, "Upload": forAll, "Usage": forAll, "UseSimulator": forAdmins, "User": "user user", "UserTree": forAdmins,
	"Users": forAll, "WithdrawConsent": "owner contact consent",
	"MessageStatus": "owner message", "DisableKey": "owner servicekey", "EnableKey": "owner servicekey", "EachReceived": forAll, "NewServiceKey": forAll, "NewServiceKeyFor": forShell, "ServiceKeys": forAll,
	"Person": forAdmins, "AddColumn": "owner list", "Alike": "owner contact", "BookWork": forAll, "ClearGroup": "owner group", "ColumnsOf": "owner list", "Conversation": forAll,
	"DoMany": forAll, "DropAllContacts": forAll, "DropGroup": "owner group", "DropList": "owner list", "Duplicates": forAll, "ListsWith": "owner contact",
	"MergeContacts": "owner contact other", "NamesOf": forAll, "RemoveColumn": "owner list", "RenameColumn": "owner list", "Retentions": forAdmins,
	"RunningBookWork": forAll, "SaveRetention": forAdmins, "StopBookWork": forAll, "UsesOf": forAll, "WouldClear": forAdmins,
	"AdoptKey": forAdmins, "AskForBackup": forAdmins, "BackupState": forAdmins, "BackupTo": forAdmins, "Backups": forAdmins, "MakeBackup": forAdmins, "ReleaseSending": forAdmins, "SaveBackupPlan": forAdmins, "Support": forAdmins, "System": forAdmins, "WaitingAfterRestore": forAdmins,
	"AskingFrom": forAll, "DeleteKeyword": forAdmins, "Keyword": forAdmins, "Keywords": forAdmins, "NotOptOut": "owner inbound", "OptOut": "owner inbound", "Replies": forAdmins, "AutoReplies": forAdmins, "RefusedReplies": forAdmins, "OptOutOrigins": forAdmins,
	"SaveKeyword": forAdmins, "SaveOfficeHours": forAdmins, "SaveOptOutWords": forAdmins, "SaveReplyLimits": forAdmins, "TryReply": forAdmins,
	"Numbers": forAdmins, "Number": "user number", "AddNumber": forAdmins, "ChangeNumber": "user number", "RemoveNumber": "user number", "NumberNamed": forAdmins, "WhoIsTold": "user number", "NumberChoices": forAdmins, "NumbersWith": "owner list",
	"Forwards": "user number", "Forward": "user number forward", "ForwardAgain": "user number forward", "ForwardGivenUpAgain": "user number", "LeaveGivenUp": "user number",
	"TestForward": "user number", "ForwardHosts": forAdmins, "AllowForwardHost": forAdmins, "ForbidForwardHost": forAdmins, "MayAllowHosts": forAll,
	"AddNote": "owner conversation", "Assign": "owner conversation user", "Assignable": "owner conversation", "Conversations": forAll, "ConversationsWith": forAll, "GiveBack": "owner conversation",
	"InboxUnread": forAll, "KeepDraft": "owner conversation", "DraftsIn": "owner conversation", "Looking": "owner conversation", "MarkDone": "owner conversation", "MarkUnseen": "owner conversation", "OptOutOf": "owner conversation",
	"SavedReply": "own conversation template", "Reopen": "owner conversation", "Reply": "owner conversation", "Take": "owner conversation", "Talk": "owner conversation", "WrongNumber": "owner conversation",
	"ChangeUserByName": "user", "RestoreByName": "user", "SetPermissionsByName": "user",
	"AddReportMail": forAll, "DeleteReportMail": "own reportmail", "PauseReportMail": "own reportmail", "ReportMails": forAll, "ReportMailsReady": forAll,
	"ResumeReportMail": "own reportmail", "SendReportMail": "own reportmail",
	"MailServer": forAdmins, "SaveBranding": forAdmins, "SaveMailServer": forAdmins, "TestMail": forAdmins,
}

// notWhileActing are the verbs that refuse whoever acts as somebody else.
var notWhileActing = map[string]bool{"ActAs": true, "AddReportMail": true, "ReportMailsReady": true, "SendReportMail": true, "BeginSecondFactor": true, "ChangePassword": true, "ConfirmSecondFactor": true, "DropSecondFactor": true,
	"DisableKey": true, "EnableKey": true, "NewServiceKey": true, "NewKey": true, "NewKeyOf": true, "NewLink": true, "NewLinkByName": true, "NewRecoveryCodes": true, "ResetPassword": true, "ResetSecondFactor": true,
	"Restore": true, "RestoreByName": true, "RevokeKey": true, "RevokeKeyOf": true, "SavePasswordCalls": true, "SaveSecondFactorPolicy": true, "SignOutElsewhere": true}

// secret stands in everything that leaf has, so that whoever gets to see it is
// found out.
const secret = "Unmistakable"

// household is an office with a tree, in which leaf has one of everything:
// admin above left and right; leaf and twin below left, nephew below right.
type household struct {
	*office
	actors map[string]Actor
	ids    map[string]int64
}

func newHousehold(t testing.TB) *household {
	t.Helper()
	h := &household{office: openOffice(t, t.TempDir()), ids: map[string]int64{}}
	left := h.user(t, "left", LevelAdmin, h.admin.User.ID, 100)
	right := h.user(t, "right", LevelAdmin, h.admin.User.ID, 100)
	leaf := h.user(t, "leaf", LevelNormal, left.User.ID, 100)
	h.actors = map[string]Actor{"admin": h.admin, "left": left, "right": right, "leaf": leaf, "twin": h.user(t, "twin", LevelNormal, left.User.ID, 100),
		"nephew": h.user(t, "nephew", LevelNormal, right.User.ID, 100)}
	ctx := t.Context()
	h.send(t, leaf, Order{To: numbers(7, 1), Body: secret})
	h.taken(t, h.leave(t, 1))
	must(t, h.Received(ctx, h.provider, providers.InboundPage{Inbound: []providers.Inbound{{ID: "said", From: sms.MSISDN(number(7)), To: "SCHOOL", Body: secret, At: h.clock()}}}))
	talks, err := h.Conversations(ctx, leaf, InboxSearch{Folder: FolderAll, Limit: 1})
	sent := h.send(t, leaf, Order{To: numbers(1, 2), Body: secret})
	h.ids["user"], h.ids["batch"], h.ids["message"] = leaf.User.ID, sent.BatchID, sent.Recipients[0].MessageID
	put := func(what string, id int64, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("make %s: %v", what, err)
		}
		h.ids[what] = id
	}
	must(t, err)
	var id int64
	id, err = h.AddContact(ctx, leaf, ContactForm{Name: secret, Number: number(1)})
	put("contact", id, err)
	id, err = h.AddGroup(ctx, leaf, secret)
	put("group", id, err)
	id, err = h.AddList(ctx, leaf, secret)
	put("list", id, err)
	_, err = h.PasteIntoList(ctx, leaf, h.ids["list"], number(3)+"\t"+secret)
	put("list", h.ids["list"], err)
	entries, _, err := h.Entries(ctx, leaf, h.ids["list"], BookSearch{Limit: 1})
	put("entry", entries[0].ID, err)
	must(t, h.AddColumn(ctx, leaf, h.ids["list"], "leaf"))
	id, err = h.AddContact(ctx, leaf, ContactForm{Name: secret, Number: number(2)})
	put("other", id, err)
	id, err = h.AddTemplate(ctx, leaf, TemplateForm{Name: secret, Body: secret})
	put("template", id, err)
	_, err = h.NewKey(ctx, leaf, secret)
	must(t, err)
	keys, err := h.Keys(ctx, leaf)
	put("key", keys[0].ID, err)
	_, err = h.NewServiceKey(ctx, leaf, secret, GatewayBulkSMS)
	must(t, err)
	keys, err = h.ServiceKeys(ctx, leaf)
	put("servicekey", keys[0].ID, err)
	id, err = h.AddRecurring(ctx, leaf, RecurringForm{Name: secret, Sender: "SCHOOL", Body: secret, To: To{Numbers: []string{number(9)}}, RuleForm: RuleForm{Every: "day", Time: "12:00"}})
	put("recurring", id, err)
	must(t, h.NoteConsent(ctx, leaf, h.ids["contact"], ConsentForm{Source: ConsentSpoken, Wording: secret}))
	consents, err := h.Consents(ctx, leaf, h.ids["contact"])
	must(t, err)
	h.ids["consent"] = consents[0].ID
	err = h.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if id, err = tx.InsertInbound(ctx, db.InsertInboundParams{ProviderID: h.provider, ProviderRef: "r1", Number: sms.MSISDN(number(1)), Destination: "SCHOOL", Body: secret,
			MessageID: db.ID(h.ids["message"]), UserID: db.ID(leaf.User.ID), SentAt: h.Desk.now(), ReceivedAt: h.Desk.now(), Day: 20260603}); err != nil {
			return err
		}
		_, err = tx.SetAsks(ctx, db.SetAsksParams{ID: id, Asks: AsksPerhaps})
		return err
	})
	put("inbound", id, err)
	put("conversation", talks.Rows[0].Conversation.ID, err)
	must(t, h.SaveMailServer(ctx, h.admin, MailServer{Host: "mail.invalid", Security: "tls", From: "desk@example.org"}))
	err = h.store.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = tx.InsertReportMail(ctx, db.InsertReportMailParams{UserID: leaf.User.ID, SubmitKey: secret, Report: ReportMessages.Name, Period: PeriodWeek, Sender: secret,
			Every: string(EveryDay), Zone: "Europe/London", NextAt: h.Desk.now() + 1})
		return err
	})
	put("reportmail", id, err)
	id, err = h.BeginImport(ctx, leaf, secret+".csv", strings.NewReader("Name,Mobile\n"+secret+","+number(4)+"\n"))
	put("import", id, err)
	id, err = h.AddNumber(ctx, left, NumberForm{Number: vmnAddress, Provider: "Simulator", Owner: "leaf", URL: "https://" + secret + ".invalid/"})
	put("number", id, err)
	must(t, h.Received(ctx, h.provider, providers.InboundPage{Inbound: []providers.Inbound{{ID: secret, From: sms.MSISDN(number(5)), To: vmnAddress, Body: secret}}}))
	put("forward", h.due(t)[0].ID, nil)
	return h
}

// again copies a household as it was made into an office of its own.
func (h *household) copyFrom(t testing.TB, dir string) *household {
	t.Helper()
	to := t.TempDir()
	for _, name := range []string{db.FileName, db.FileName + "-wal", KeyFile} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue // no log is left when everything is in the database
		}
		must(t, err)
		must(t, os.WriteFile(filepath.Join(to, name), raw, 0o600))
	}
	vault, err := OpenVault(to, "")
	must(t, err)
	store, err := db.Open(context.Background(), to)
	must(t, err)
	o := &office{store: store, dir: to, now: h.clock(), admin: h.admin, provider: h.provider}
	o.Desk = New(Options{Store: store, Vault: vault, Types: h.types, Clock: o.clock})
	return &household{office: o, actors: h.actors, ids: h.ids}
}

// ask calls a verb as an actor with what its row says, and returns its error and
// all that it gave away.
func (h *household) ask(t testing.TB, name string, a Actor) (err error, given string) {
	t.Helper()
	method := reflect.ValueOf(h.Desk).MethodByName(name)
	kinds := strings.Fields(verbs[name])
	if len(kinds) > 0 {
		kinds = kinds[1:]
	}
	words := []string{"leaf", "left"} // names of users, where it takes any
	if verbs[name] == forAdmins {
		words = []string{"Simulator"} // the provider
	}
	if name == "ResetPassword" {
		words[1] = rightPassword
	}
	var told strings.Builder
	var args []reflect.Value
	for i := range method.Type().NumIn() {
		switch in := method.Type().In(i); {
		case in == reflect.TypeFor[context.Context]():
			args = append(args, reflect.ValueOf(t.Context()))
		case in == reflect.TypeFor[Actor]():
			args = append(args, reflect.ValueOf(a))
		case in == reflect.TypeFor[int64]() && len(kinds) > 0:
			id, there := h.ids[kinds[0]]
			if !there {
				id = 1 // of which leaf has none
			}
			args, kinds = append(args, reflect.ValueOf(id)), kinds[1:]
		case in.Kind() == reflect.String && in == reflect.TypeFor[string]() && len(words) > 0:
			args, words = append(args, reflect.ValueOf(words[0])), words[1:]
		case in.Kind() == reflect.Func:
			args = append(args, reflect.MakeFunc(in, func(values []reflect.Value) []reflect.Value {
				for _, v := range values {
					fmt.Fprintf(&told, "%+v ", v)
				}
				var out []reflect.Value
				for o := range in.NumOut() {
					out = append(out, reflect.Zero(in.Out(o)))
				}
				return out
			}))
		case in == reflect.TypeFor[io.Reader]():
			args = append(args, reflect.ValueOf(strings.NewReader("Name,Mobile\nAnn,07700900123\n")))
		case in == reflect.TypeFor[sms.MSISDN]():
			args = append(args, reflect.ValueOf(sms.MSISDN(number(1))))
		case in == reflect.TypeFor[int]() || in == reflect.TypeFor[int32]():
			args = append(args, reflect.ValueOf(20).Convert(in))
		case in == reflect.TypeFor[Filter]():
			args = append(args, reflect.ValueOf(Filter{Limit: 20}))
		case in == reflect.TypeFor[InboxSearch]():
			args = append(args, reflect.ValueOf(InboxSearch{Folder: FolderAll, Limit: 20}))
		case in == reflect.TypeFor[BookSearch]():
			args = append(args, reflect.ValueOf(BookSearch{Limit: 20}))
		case in == reflect.TypeFor[LedgerFilter]():
			args = append(args, reflect.ValueOf(LedgerFilter{Limit: 20, UserID: h.ids["user"]}))
		case in == reflect.TypeFor[AuditFilter]():
			args = append(args, reflect.ValueOf(AuditFilter{Limit: 20}))
		case in == reflect.TypeFor[Profile]():
			args = append(args, reflect.ValueOf(Profile{Level: LevelNormal}))
		case in == reflect.TypeFor[Permissions]():
			args = append(args, reflect.ValueOf(Permissions{ApproveAbove: -1}))
		case method.Type().IsVariadic() && i == method.Type().NumIn()-1:
			// none
		case in == reflect.TypeFor[time.Time]():
			args = append(args, reflect.ValueOf(h.clock().Add(time.Hour)))
		default:
			args = append(args, reflect.Zero(in))
		}
	}
	defer func() {
		// With nothing for what it needs it may fail in any way: it was let in.
		if r := recover(); r != nil {
			err, given = fmt.Errorf("panicked: %v", r), told.String()
		}
	}()
	for _, out := range method.Call(args) {
		if e, ok := out.Interface().(error); ok {
			err = e
		} else {
			fmt.Fprintf(&told, "%+v ", out)
		}
	}
	return err, told.String()
}

// turnedAway reports whether an error tells somebody that a thing is not theirs:
// that it does not exist, or that they may not.
func turnedAway(err error) bool {
	for _, r := range Refusals(err) {
		if strings.HasPrefix(r.Code, "unknown_") && !r.Is(ErrUnknownKind) || r.Is(ErrForbidden) || r.Is(ErrYourself) || r.Is(ErrNoImport) {
			return true
		}
	}
	return false
}

// TestEveryVerbLetsInWhoMayUseIt walks all verbs of the desk that an actor can
// ask for, as everybody: nobody, a normal user, an administrator, somebody above,
// beside and in another branch, and somebody who acts as another.
func TestEveryVerbLetsInWhoMayUseIt(t *testing.T) {
	desk := reflect.TypeFor[*Desk]()
	var names []string
	for i := range desk.NumMethod() {
		m := desk.Method(i)
		for j := 1; j < m.Type.NumIn(); j++ {
			if m.Type.In(j) == reflect.TypeFor[Actor]() {
				names = append(names, m.Name)
				if verbs[m.Name] == "" {
					t.Errorf("%s has no row in verbs: say who may use it", m.Name)
				}
			}
		}
	}
	for name := range verbs {
		if _, there := desk.MethodByName(name); !there {
			t.Errorf("verbs has a row for %s, which the desk does not have", name)
		}
	}
	t.Chdir(t.TempDir()) // some of the words that are tried are names of files
	h := newHousehold(t)
	h.close() // so that all of it is in one file
	shared := h.copyFrom(t, h.dir)
	t.Cleanup(shared.close)
	outside := []string{"twin", "nephew", "right", "nobody"}
	shared.actors["nobody"] = Actor{Door: "page"}
	for _, name := range names {
		rule, _, _ := strings.Cut(verbs[name], " ")
		// Who is turned away learns nothing, and changes nothing: they all ask of
		// the same office.
		for _, who := range outside {
			if rule == forAll && who != "nobody" && !reads(name) {
				continue // it would change what is theirs
			}
			if rule == forAdmins && who == "right" {
				continue // is let in
			}
			err, given := shared.ask(t, name, shared.actors[who])
			if rule != forAll && !turnedAway(err) && !errors.Is(err, ErrActing) {
				t.Errorf("%s lets in %s: %v", name, who, err)
			}
			if strings.Contains(given, secret) {
				t.Errorf("%s gives %s what is leaf's: %.300s", name, who, given)
			}
		}
		var inside []string
		switch rule {
		case ofOwner:
			inside = []string{"leaf", "left", "admin"}
		case "own":
			inside = []string{"leaf"}
		case ofUser:
			inside = []string{"left", "admin"}
		case forAdmins:
			inside = []string{"admin"}
		}
		for _, who := range inside {
			own := h.copyFrom(t, h.dir)
			a := own.actors[who]
			if who == "leaf" && needsAbove[name] || who == "left" && needsUnlimited[name] {
				own.close()
				continue
			}
			if err, _ := own.ask(t, name, a); turnedAway(err) && !missing[name] {
				t.Errorf("%s turns %s away: %v", name, who, err)
			}
			own.close()
		}
		// Acting as leaf is being leaf, but for what is leaf's alone.
		acting := Actor{User: shared.actors["left"].User, By: shared.actors["admin"].User, Door: "page"}
		if notWhileActing[name] {
			if err, _ := shared.ask(t, name, acting); !errors.Is(err, ErrActing) {
				t.Errorf("%s while acting as somebody else: %v", name, err)
			}
		}
	}
	// Nobody who was turned away has changed anything.
	for _, name := range []string{"Batch", "Message", "Contact", "Group", "List", "Entry", "Template", "Recurring", "Import", "Consent", "Number", "Forward", "Talk"} {
		who := "leaf"
		if strings.HasPrefix(verbs[name], ofUser) {
			who = "left"
		}
		if err, given := shared.ask(t, name, shared.actors[who]); err != nil || !strings.Contains(given, secret) {
			t.Errorf("%s after all of that: %v, %.200s", name, err, given)
		}
	}
	if u := shared.named(t, "leaf"); StateOf(u) != UserInvited || u.Balance != 97 || int64(u.ParentID) != shared.actors["left"].User.ID {
		t.Errorf("leaf after all of that: %+v", u)
	}
	shared.booksAreRight(t)
}

// reads reports whether a verb only shows, by its name.
func reads(name string) bool {
	for _, word := range []string{"Each", "Export", "Find", "Count", "Has"} {
		if strings.HasPrefix(name, word) {
			return true
		}
	}
	switch name {
	case "Contacts", "Groups", "Lists", "Templates", "Outbox", "Sends", "Imports", "Overview", "Attention", "Approvals", "AllRecurring", "MissedRuns", "Ledger", "Users",
		"Handsets", "Handset", "Report", "ReportPage", "ReceivedPage", "SumReport", "Usage", "FieldNames", "GroupNamed", "ListNamed", "Keys", "SendReport", "Calls", "Token", "Repeats",
		"BookWork", "RunningBookWork", "Conversation", "Duplicates", "NamesOf", "UsesOf", "AskingFrom", "Conversations", "ConversationsWith", "InboxUnread":
		return true
	}
	return false
}

// needsAbove are verbs that a thing's owner is refused: they take somebody above.
var needsAbove = map[string]bool{"Approval": true, "Approve": true, "Return": true}

// needsUnlimited are those that only an administrator without limit may do.
var needsUnlimited = map[string]bool{"SetUnlimited": true}

// missing are verbs about what leaf has none of: it is not there for anybody.
var missing = map[string]bool{"ReplayCallback": true, "Keyword": true, "DeleteKeyword": true, "NumberNamed": true}
