package handlers

import (
	"net/http"

	"textdesk/desk"
)

// Routes lists every route of the pages, with who may use it. The health
// checks, the static files, the callbacks and the API doors stand in New.
func Routes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/sign-in", open: (*server).signInForm},
		{Method: http.MethodPost, Path: "/sign-in", open: (*server).signIn},
		{Method: http.MethodGet, Path: "/sign-in/code", open: (*server).signInCodeForm},
		{Method: http.MethodPost, Path: "/sign-in/code", open: (*server).signInCode},
		{Method: http.MethodGet, Path: "/join/:token", open: (*server).joinForm},
		{Method: http.MethodPost, Path: "/join/:token", open: (*server).join},
		{Method: http.MethodGet, Path: "/setup", open: (*server).setupForm},
		{Method: http.MethodPost, Path: "/setup", open: (*server).setup},
		{Method: http.MethodGet, Path: "/_ui", open: (*server).gallery},
		{Method: http.MethodGet, Path: "/branding-:file", open: (*server).brandFile}, // 0123456789.css, or the logo's hash and .png

		post("/sign-out", SignedIn, (*visit).signOut).anyway(),
		post("/act-as/stop", SignedIn, (*visit).stopActing).anyway(),

		get("/setup/organisation", Administrators, (*visit).setupOrganisationForm),
		post("/setup/organisation", Administrators, (*visit).setupOrganisation),
		get("/setup/provider", Administrators, (*visit).setupProviderForm),
		post("/setup/provider", Administrators, (*visit).setupProvider),
		get("/setup/text", Administrators, (*visit).setupTextForm),
		post("/setup/text", Administrators, (*visit).setupText),
		get("/setup/text/live", Administrators, (*visit).setupTextLive),
		get("/setup/done", Administrators, (*visit).setupDone),
		post("/setup/dismiss", Administrators, (*visit).setupDismiss),

		get("/", SignedIn, (*visit).home),
		get("/home/live", SignedIn, (*visit).homeLive),
		get("/send", SignedIn, (*visit).sendForm),
		// Checks, reviews or sends, as the button says; without one it checks.
		post("/send", SignedIn, (*visit).send).keeping("key", "to", "group", "list", "sender", "body", "when", "at_date", "at_time",
			"draft", "file_ticket", "file_column", "file_header", "file_encoding", "file_separator", "file_rows"),
		get("/send/review/:id", SignedIn, (*visit).review), // a draft, which its buttons send through /send
		get("/send/review/:id/live", SignedIn, (*visit).reviewLive),
		get("/send/review/:id/left-out.csv", SignedIn, (*visit).leftOut),
		get("/batches/:id/left-out.csv", SignedIn, (*visit).batchLeftOut),
		post("/send/check", SignedIn, (*visit).sendCheck),   // the running lines and the phone
		get("/send/file", SignedIn, (*visit).sendFileAgain), // the addresses of forms that came back
		post("/send/file", SignedIn, (*visit).sendFile).taking(uploadLimit),
		get("/send/column", SignedIn, (*visit).sendFileAgain),
		post("/send/column", SignedIn, (*visit).sendColumn),
		get("/batches/:id", SignedIn, (*visit).batch),
		get("/batches/:id/live", SignedIn, (*visit).batchLive),
		get("/batches/:id/stop", SignedIn, (*visit).stopForm),
		post("/batches/:id/stop", SignedIn, (*visit).stop),
		post("/batches/:id/release", SignedIn, (*visit).release),
		post("/batches/:id/pause", SignedIn, (*visit).pause),
		post("/batches/:id/resume", SignedIn, (*visit).resume),
		get("/batches/:id/send-again", SignedIn, (*visit).sendAgainForm),
		post("/batches/:id/send-again", SignedIn, (*visit).sendAgainFailed),
		get("/batches/:id/messages.csv", SignedIn, (*visit).batchCSV),

		get("/batches/:id/time", SignedIn, (*visit).rescheduleForm),
		post("/batches/:id/time", SignedIn, (*visit).reschedule),

		get("/outbox", SignedIn, (*visit).outbox),
		get("/outbox/sends", SignedIn, (*visit).sends),
		get("/reports", SignedIn, (*visit).reports),
		get("/reports/:report", SignedIn, (*visit).report),
		get("/reports/:report/download", SignedIn, (*visit).reportDownload),
		get("/reports/:report/email", SignedIn, (*visit).reportMailForm),
		post("/reports/:report/email", SignedIn, (*visit).addReportMail),
		post("/reports/emails/:id/pause", SignedIn, (*visit).pauseReportMail),
		post("/reports/emails/:id/resume", SignedIn, (*visit).resumeReportMail),
		post("/reports/emails/:id/send", SignedIn, (*visit).sendReportMail),
		post("/reports/emails/:id/delete", SignedIn, (*visit).deleteReportMail),
		get("/recurring", SignedIn, (*visit).recurringList),
		get("/recurring/new", SignedIn, (*visit).newRecurringForm), // the address of a form that came back
		// Shows the next times or begins, as the button says; without one it shows.
		post("/recurring/new", SignedIn, (*visit).newRecurring).keeping("key", "to", "group", "list", "sender", "body", "name", "every", "time", "starts_on",
			"week_days", "fortnight_days", "month_day", "week", "weekday", "year_day", "month", "ends", "ends_after", "ends_on"),
		get("/recurring/:id", SignedIn, (*visit).recurringPage),
		get("/recurring/:id/edit", SignedIn, (*visit).editRecurringForm),
		post("/recurring/:id/edit", SignedIn, (*visit).editRecurring),
		post("/recurring/:id/pause", SignedIn, (*visit).pauseRecurring),
		post("/recurring/:id/resume", SignedIn, (*visit).resumeRecurring),
		get("/recurring/:id/skip", SignedIn, (*visit).skipNextForm),
		post("/recurring/:id/skip", SignedIn, (*visit).skipNext),
		get("/recurring/:id/end", SignedIn, (*visit).endRecurringForm),
		post("/recurring/:id/end", SignedIn, (*visit).endRecurring),
		get("/recurring/:id/send-missed", SignedIn, (*visit).sendMissedForm),
		post("/recurring/:id/send-missed", SignedIn, (*visit).sendMissed),
		post("/recurring/:id/skip-missed", SignedIn, (*visit).skipMissed),

		get("/messages/:id", SignedIn, (*visit).message),
		get("/messages/:id/live", SignedIn, (*visit).messageLive),
		get("/messages/:id/cancel", SignedIn, (*visit).cancelForm),
		post("/messages/:id/cancel", SignedIn, (*visit).cancel),
		get("/in-doubt", SignedIn, (*visit).inDoubt),
		post("/messages/:id/send-again", SignedIn, (*visit).sendAgain),
		post("/messages/:id/mark-as-sent", SignedIn, (*visit).markAsSent),

		get("/inbox", SignedIn, (*visit).inbox),
		get("/inbox/live", SignedIn, (*visit).inboxLive),
		get("/inbox/:id", SignedIn, (*visit).talk),
		get("/inbox/:id/live", SignedIn, (*visit).talkLive),
		get("/inbox/:id/reply", SignedIn, (*visit).replyAgain), // the addresses of forms that came back
		get("/inbox/:id/note", SignedIn, (*visit).replyAgain),
		post("/inbox/:id/reply", SignedIn, (*visit).reply),      // sends, or does what another button says
		post("/inbox/:id/check", SignedIn, (*visit).replyCheck), // the running lines
		post("/inbox/:id/draft", SignedIn, (*visit).keepTalk),   // keeps what is typed
		post("/inbox/:id/take", SignedIn, (*visit).takeTalk),
		post("/inbox/:id/release", SignedIn, (*visit).releaseTalk),
		post("/inbox/:id/done", SignedIn, (*visit).finishTalk),
		post("/inbox/:id/reopen", SignedIn, (*visit).reopenTalk),
		post("/inbox/:id/unread", SignedIn, (*visit).unreadTalk),
		post("/inbox/:id/opt-out", SignedIn, (*visit).optOutTalk),
		post("/inbox/:id/wrong-number", SignedIn, (*visit).wrongNumberTalk),
		post("/inbox/:id/assign", SignedIn, (*visit).assignTalk),
		post("/inbox/:id/note", SignedIn, (*visit).noteTalk),
		get("/simulator", SignedIn, (*visit).handsets),
		get("/simulator/:number", SignedIn, (*visit).handset),
		get("/simulator/:number/live", SignedIn, (*visit).handsetLive),
		post("/simulator/:number", SignedIn, (*visit).handsetReply),

		get("/templates", SignedIn, (*visit).templates),
		get("/templates/new", SignedIn, (*visit).newTemplateForm),
		post("/templates/new", SignedIn, (*visit).newTemplate),
		post("/templates/check", SignedIn, (*visit).templateCheck), // the running line
		get("/templates/:id", SignedIn, (*visit).templatePage),
		post("/templates/:id", SignedIn, (*visit).changeTemplate),
		get("/templates/:id/delete", SignedIn, (*visit).deleteTemplateForm),
		post("/templates/:id/delete", SignedIn, (*visit).deleteTemplate),

		get("/contacts", SignedIn, (*visit).contacts),
		get("/contacts/new", SignedIn, (*visit).newContactForm),
		post("/contacts/new", SignedIn, (*visit).newContact),
		get("/contacts/export", SignedIn, (*visit).exportContacts),
		get("/contacts/chosen", SignedIn, (*visit).contactsAgain), // the address of a page that asks
		post("/contacts/chosen", SignedIn, (*visit).chosen),
		get("/contacts/delete-all", SignedIn, (*visit).deleteAllForm),
		post("/contacts/delete-all", SignedIn, (*visit).deleteAll),
		get("/contacts/duplicates", SignedIn, (*visit).duplicates),
		get("/contacts/merge", SignedIn, (*visit).mergeForm),
		post("/contacts/merge", SignedIn, (*visit).merge),
		get("/contacts/work/:id", SignedIn, (*visit).bookWork),
		post("/contacts/work/:id/stop", SignedIn, (*visit).stopBookWork),
		get("/contacts/:id", SignedIn, (*visit).contact),
		post("/contacts/:id", SignedIn, (*visit).changeContact),
		get("/contacts/:id/suppress", SignedIn, (*visit).contact), // the address of a form that came back
		post("/contacts/:id/suppress", Administrators, (*visit).suppressContact),
		get("/contacts/:id/delete", SignedIn, (*visit).deleteContactForm),
		post("/contacts/:id/delete", SignedIn, (*visit).deleteContact),
		get("/contacts/:id/consent", SignedIn, (*visit).contact), // the address of a form that came back
		post("/contacts/:id/consent", SignedIn, (*visit).noteConsent),
		get("/contacts/:id/consent/:consent/withdraw", SignedIn, (*visit).withdrawConsentForm),
		post("/contacts/:id/consent/:consent/withdraw", SignedIn, (*visit).withdrawConsent),
		get("/imports", SignedIn, (*visit).imports),
		post("/imports", SignedIn, (*visit).newImport).taking(2 << 30), // it looks itself at how much comes
		get("/imports/:id", SignedIn, (*visit).importPage),
		get("/imports/:id/live", SignedIn, (*visit).importLive),
		get("/imports/:id/reading", SignedIn, (*visit).importAgain), // the addresses of forms that came back
		post("/imports/:id/reading", SignedIn, (*visit).importReading),
		get("/imports/:id/columns", SignedIn, (*visit).importAgain),
		post("/imports/:id/columns", SignedIn, (*visit).importColumns),
		get("/imports/:id/start", SignedIn, (*visit).importAgain),
		post("/imports/:id/start", SignedIn, (*visit).startImport),
		post("/imports/:id/cancel", SignedIn, (*visit).cancelImport),
		get("/imports/:id/rows-to-fix", SignedIn, (*visit).importRowsToFix),
		get("/imports/:id/undo", SignedIn, (*visit).undoImportForm),
		post("/imports/:id/undo", SignedIn, (*visit).undoImport),
		get("/groups", SignedIn, (*visit).groups),
		post("/groups", SignedIn, (*visit).newGroup),
		get("/groups/export", SignedIn, (*visit).exportGroups),
		get("/groups/:id", SignedIn, (*visit).group),
		get("/groups/:id/export", SignedIn, (*visit).exportGroup),
		get("/groups/:id/paste", SignedIn, (*visit).groupAgain), // the address of a form that came back
		post("/groups/:id/paste", SignedIn, (*visit).pasteIntoGroup),
		post("/groups/:id/remove", SignedIn, (*visit).removeFromGroup),
		get("/groups/:id/rename", SignedIn, (*visit).renameGroupForm),
		post("/groups/:id/rename", SignedIn, (*visit).renameGroup),
		get("/groups/:id/empty", SignedIn, (*visit).emptyGroupForm),
		post("/groups/:id/empty", SignedIn, (*visit).emptyGroup),
		get("/groups/:id/delete", SignedIn, (*visit).deleteGroupForm),
		post("/groups/:id/delete", SignedIn, (*visit).deleteGroup),
		get("/lists", SignedIn, (*visit).lists),
		post("/lists", SignedIn, (*visit).newList),
		get("/lists/export", SignedIn, (*visit).exportLists),
		get("/lists/:id", SignedIn, (*visit).list),
		get("/lists/:id/export", SignedIn, (*visit).exportList),
		get("/lists/:id/paste", SignedIn, (*visit).listAgain),
		post("/lists/:id/paste", SignedIn, (*visit).pasteIntoList),
		get("/lists/:id/columns", SignedIn, (*visit).listColumns),
		post("/lists/:id/columns", SignedIn, (*visit).changeListColumns),
		get("/lists/:id/rename", SignedIn, (*visit).renameListForm),
		post("/lists/:id/rename", SignedIn, (*visit).renameList),
		get("/lists/:id/delete", SignedIn, (*visit).deleteListForm),
		post("/lists/:id/delete", SignedIn, (*visit).deleteList),
		get("/lists/:id/entries/:entry", SignedIn, (*visit).entry),
		post("/lists/:id/entries/:entry", SignedIn, (*visit).changeEntry),
		post("/lists/:id/entries/:entry/remove", SignedIn, (*visit).removeEntry),
		get("/suppressions", Administrators, (*visit).suppressions),
		post("/suppressions", Administrators, (*visit).suppress),
		get("/suppressions/file", Administrators, (*visit).suppressFileForm),
		post("/suppressions/file", Administrators, (*visit).suppressFile).taking(uploadLimit),
		get("/suppressions/file/check", Administrators, (*visit).suppressFileForm),    // the address of a form that came back
		post("/suppressions/file/check", Administrators, (*visit).decideSuppressFile), // looks again, gives the rows to fix or adds, as the button says
		get("/suppressions/list", Administrators, (*visit).suppressionsFile),
		get("/suppressions/remove", Administrators, (*visit).allowForm),
		post("/suppressions/remove", Administrators, (*visit).allow),

		get("/credits", SignedIn, (*visit).ledger),
		get("/credits/ledger.csv", SignedIn, (*visit).ledgerCSV),
		get("/credits/reminder", SignedIn, (*visit).ledgerAgain), // the address of a form that came back
		post("/credits/reminder", SignedIn, (*visit).saveReminder),
		get("/credits/top-up", Administrators, (*visit).topUpForm),
		post("/credits/top-up", Administrators, (*visit).topUp), // shows the balance, then adds

		get("/account", SignedIn, (*visit).account),
		get("/account/password", SignedIn, (*visit).accountAgain), // the address of a form that came back
		post("/account/password", SignedIn, (*visit).changePassword),
		get("/account/tokens", SignedIn, (*visit).accountAgain),
		post("/account/tokens", SignedIn, (*visit).newToken),
		get("/account/tokens/:id/revoke", SignedIn, (*visit).revokeForm),
		post("/account/tokens/:id/revoke", SignedIn, (*visit).revoke),
		post("/account/sign-out-elsewhere", SignedIn, (*visit).signOutElsewhere),
		get("/account/second-factor", SignedIn, (*visit).secondFactorForm).anyway(),
		post("/account/second-factor", SignedIn, (*visit).secondFactor).anyway(),
		get("/account/second-factor/codes", SignedIn, (*visit).accountAgain),
		post("/account/second-factor/codes", SignedIn, (*visit).recoveryCodes),
		get("/account/second-factor/off", SignedIn, (*visit).accountAgain),
		post("/account/second-factor/off", SignedIn, (*visit).secondFactorOff),

		get("/developers", SignedIn, (*visit).developers),
		get("/developers/feedzon", SignedIn, (*visit).feedzon),
		get("/developers/keys", SignedIn, (*visit).feedzonAgain), // the address of a form that came back
		post("/developers/keys", SignedIn, (*visit).newServiceKey),
		post("/developers/keys/:id/disable", SignedIn, (*visit).disableKey),
		post("/developers/keys/:id/enable", SignedIn, (*visit).enableKey),
		get("/developers/keys/:id/remove", SignedIn, (*visit).removeKeyForm),
		post("/developers/keys/:id/remove", SignedIn, (*visit).removeKey),
		get("/developers/tokens/:id", SignedIn, (*visit).tokenCalls),
		get("/developers/tokens/:id/rate", Administrators, (*visit).tokenCallsAgain), // the address of a form that came back
		post("/developers/tokens/:id/rate", Administrators, (*visit).setTokenRate),

		get("/users", Administrators, (*visit).users),
		get("/users/list.csv", Administrators, (*visit).usersCSV),
		get("/users/new", Administrators, (*visit).newUserForm),
		post("/users/new", Administrators, (*visit).newUser), // shows the balances, then creates
		get("/users/many", Administrators, (*visit).manyUsersForm),
		post("/users/many", Administrators, (*visit).manyUsers).taking(2 << 20), // shows what would be created, then creates
		get("/users/:id", Administrators, (*visit).user),
		get("/users/:id/edit", Administrators, (*visit).editUserForm),
		post("/users/:id/edit", Administrators, (*visit).editUser),
		get("/users/:id/permissions", Administrators, (*visit).limitsForm),
		post("/users/:id/permissions", Administrators, (*visit).saveLimits),
		get("/users/:id/link", Administrators, (*visit).linkForm),
		post("/users/:id/link", Administrators, (*visit).newLink),
		get("/users/:id/suspend", Administrators, (*visit).suspendForm),
		post("/users/:id/suspend", Administrators, (*visit).suspend),
		post("/users/:id/resume", Administrators, (*visit).resumeUser),
		get("/users/:id/archive", Administrators, (*visit).archiveForm),
		post("/users/:id/archive", Administrators, (*visit).archive),
		get("/users/:id/restore", Administrators, (*visit).restoreForm),
		post("/users/:id/restore", Administrators, (*visit).restore),
		get("/users/:id/move", Administrators, (*visit).moveUserForm),
		post("/users/:id/move", Administrators, (*visit).moveUser),
		get("/users/:id/second-factor", Administrators, (*visit).takeSecondForm),
		post("/users/:id/second-factor", Administrators, (*visit).takeSecond),
		get("/users/:id/tokens", Administrators, (*visit).user), // the address of a form that came back
		post("/users/:id/tokens", Administrators, (*visit).newUserToken),
		get("/users/:id/tokens/:key/revoke", Administrators, (*visit).revokeOfForm),
		post("/users/:id/tokens/:key/revoke", Administrators, (*visit).revokeOf),
		post("/users/:id/unlimited", Administrators, (*visit).unlimited),
		post("/users/:id/limited", Administrators, (*visit).limited),
		post("/users/:id/act-as", Administrators, (*visit).actAs),
		get("/users/:id/credits", Administrators, (*visit).moveCreditsForm),
		post("/users/:id/credits", Administrators, (*visit).moveCredits), // shows the balances, then moves

		get("/providers", Administrators, (*visit).providers),
		get("/providers/new", Administrators, (*visit).newProviderForm),
		post("/providers/new", Administrators, (*visit).newProvider),
		get("/providers/callbacks", Administrators, (*visit).callbacks),
		post("/providers/callbacks/replay", Administrators, (*visit).replayUnread),
		get("/providers/callbacks/:id", Administrators, (*visit).callback),
		get("/providers/callbacks/:id/raw", Administrators, (*visit).rawCallback),
		post("/providers/callbacks/:id/replay", Administrators, (*visit).replayCallback),
		get("/providers/:name/test", Administrators, (*visit).providersAgain),
		post("/providers/:name/test", Administrators, (*visit).testProvider),
		get("/providers/:name/edit", Administrators, (*visit).editProviderForm),
		post("/providers/:name/edit", Administrators, (*visit).editProvider),
		get("/providers/:name/pause", Administrators, (*visit).pauseProviderForm),
		post("/providers/:name/pause", Administrators, (*visit).pauseProvider),
		get("/providers/:name/resume", Administrators, (*visit).providersAgain),
		post("/providers/:name/resume", Administrators, (*visit).resumeProvider),
		post("/providers/:name/default", Administrators, (*visit).defaultProvider),
		get("/providers/:name/remove", Administrators, (*visit).removeProviderForm),
		post("/providers/:name/remove", Administrators, (*visit).removeProvider),

		get("/numbers", Administrators, (*visit).numbers),
		get("/numbers/new", Administrators, (*visit).newNumberForm),
		post("/numbers/new", Administrators, (*visit).newNumber),
		get("/numbers/hosts", Administrators, (*visit).numbers), // the addresses of forms that came back
		post("/numbers/hosts", Administrators, (*visit).allowHost),
		get("/numbers/hosts/forbid", Administrators, (*visit).numbers),
		post("/numbers/hosts/forbid", Administrators, (*visit).forbidHost),
		get("/numbers/:id", Administrators, (*visit).number),
		get("/numbers/:id/edit", Administrators, (*visit).editNumberForm),
		post("/numbers/:id/edit", Administrators, (*visit).editNumber),
		get("/numbers/:id/remove", Administrators, (*visit).removeNumberForm),
		post("/numbers/:id/remove", Administrators, (*visit).removeNumber),
		get("/numbers/:id/test", Administrators, (*visit).numberAgain), // the address of an answer that was shown
		post("/numbers/:id/test", Administrators, (*visit).testForward),
		post("/numbers/:id/again", Administrators, (*visit).forwardGivenUpAgain),
		post("/numbers/:id/leave", Administrators, (*visit).leaveGivenUp),
		get("/numbers/:id/forwards/:forward", Administrators, (*visit).forward),
		post("/numbers/:id/forwards/:forward/again", Administrators, (*visit).forwardAgain),

		get("/system", Administrators, (*visit).system),
		post("/system/backup", Administrators, (*visit).backUpNow),
		get("/system/backup/live", Administrators, (*visit).backupLive),
		get("/system/backups", Administrators, (*visit).system), // the address of a form that came back
		post("/system/backups", Administrators, (*visit).saveBackups),
		get("/restored", Administrators, (*visit).restored), // what is due after a restore
		post("/restored", Administrators, (*visit).releaseSending),

		get("/settings", Administrators, (*visit).settings),
		get("/settings/organisation", Administrators, (*visit).organisation),
		post("/settings/organisation", Administrators, (*visit).saveOrganisation),
		get("/settings/branding", Administrators, (*visit).branding),
		post("/settings/branding", Administrators, (*visit).saveBranding).taking(desk.MaxLogo + pageLimit),
		get("/settings/quiet-hours", Administrators, (*visit).quietHours),
		post("/settings/quiet-hours", Administrators, (*visit).saveQuietHours),
		get("/settings/retention", Administrators, (*visit).retention),
		post("/settings/retention", Administrators, (*visit).saveRetention), // shows what would go, then saves
		get("/privacy", Administrators, (*visit).privacy),
		get("/privacy/export", Administrators, (*visit).personFile),
		get("/privacy/erase", Administrators, (*visit).eraseForm),
		post("/privacy/erase", Administrators, (*visit).erase),
		get("/settings/guard", Administrators, (*visit).guard),
		post("/settings/guard", Administrators, (*visit).saveGuard),

		post("/opt-outs/:id", SignedIn, (*visit).decideOptOut), // a text that came in: it asks for no more, or does not, as the button says
		get("/opt-outs/:id", SignedIn, (*visit).decidedAlready),
		get("/replies", Administrators, (*visit).repliesPage),        // also tries a text
		get("/replies/limits", Administrators, (*visit).repliesPage), // the address of a form that came back
		post("/replies/limits", Administrators, (*visit).saveReplyLimits),
		get("/replies/opt-outs", Administrators, (*visit).optOutsForm),
		post("/replies/opt-outs", Administrators, (*visit).saveOptOuts),
		get("/replies/hours", Administrators, (*visit).hoursForm),
		post("/replies/hours", Administrators, (*visit).saveHours),
		get("/replies/keywords", Administrators, (*visit).keywords),
		get("/replies/keywords/new", Administrators, (*visit).newKeywordForm),
		post("/replies/keywords/new", Administrators, (*visit).newKeyword),
		get("/replies/keywords/:id", Administrators, (*visit).keyword),
		post("/replies/keywords/:id", Administrators, (*visit).changeKeyword),
		get("/replies/keywords/:id/delete", Administrators, (*visit).deleteKeywordForm),
		post("/replies/keywords/:id/delete", Administrators, (*visit).deleteKeyword),

		get("/settings/mail", Administrators, (*visit).mail),
		post("/settings/mail", Administrators, (*visit).saveMail),
		get("/settings/mail/test", Administrators, (*visit).mail), // the address of a form that came back
		post("/settings/mail/test", Administrators, (*visit).testMail),
		get("/settings/sign-in", Administrators, (*visit).doors),
		post("/settings/sign-in", Administrators, (*visit).savePolicy),
		get("/settings/programs", Administrators, (*visit).doors), // the address of a form that came back
		post("/settings/programs", Administrators, (*visit).savePasswordCalls),
		get("/settings/maintenance", Administrators, (*visit).doors), // the address of a form that came back
		post("/settings/maintenance", Administrators, (*visit).setMaintenance),
		get("/audit", Administrators, (*visit).audit),
		get("/audit/log.csv", Administrators, (*visit).auditCSV),

		get("/help", SignedIn, (*visit).help),
		get("/help/images/:image", SignedIn, (*visit).helpImage),
		get("/help/user/:page", SignedIn, (*visit).userGuide),
		get("/help/admin/:page", Administrators, (*visit).adminGuide),

		get("/approvals", Administrators, (*visit).approvals),
		get("/approvals/:id", Administrators, (*visit).approval),
		post("/approvals/:id", Administrators, (*visit).decideApproval), // approves or returns, as the button says
	}
}
