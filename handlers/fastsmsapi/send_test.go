package fastsmsapi_test

import (
	"strings"
	"testing"
	"time"

	"textdesk/desk"
	"textdesk/sms"
)

func TestSendParameters(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name, value, want string // want "" is an id
	}{
		{"DestinationAddress", "", "-401"},
		{"DestinationAddress", "  ", "-401"},
		{"DestinationAddress", ",", "-401,-401"},
		{"DestinationAddress", "447700900150,", "10000001,-401"},
		{"DestinationAddress", " 447700900150 ", ""}, // an unescaped plus sign arrives as a blank
		{"DestinationAddress", "+447700900150", ""},
		{"DestinationAddress", "00447700900150", ""},
		{"DestinationAddress", "07700 900150", ""},
		{"DestinationAddress", "33612345678", ""}, // numbers abroad come without a plus sign too
		{"DestinationAddress", "12025550123", ""},
		{"DestinationAddress", "7700900150", ""},
		{"DestinationAddress", "447700900150;447700900151", "-401"},
		{"DestinationAddress", "442079460000", "-401"},
		{"DestinationAddress", "60777", "-401"},
		{"DestinationAddress", "999999999999999999999999", "-401"},
		{"DestinationAddress", "<script>", "-401"},
		{"DestinationAddress", "-401", "-401"},
		{"DestinationAddress", "LIST", "-410"},
		{"DestinationAddress", " group ", "-414"},
		{"DestinationAddress", "Group,447700900150", "-401,10000001"},
		{"DestinationAddress", strings.Repeat("447700900150,", 20_001), "-507"},

		{"SourceAddress", "", "-518"},
		{"SourceAddress", "   ", "-518"},
		{"SourceAddress", "Elevenchars", ""},
		{"SourceAddress", "Twelve chars", "-402"},
		{"SourceAddress", "Ten charss€", "-402"}, // the euro sign counts twice
		{"SourceAddress", "Straße 12", ""},
		{"SourceAddress", "学校", "-518"},
		{"SourceAddress", "!!!", "-403"},
		{"SourceAddress", "447700900999", ""},
		{"SourceAddress", "07700900999", ""},
		{"SourceAddress", "60777", ""},
		{"SourceAddress", "12", "-403"},
		{"SourceAddress", "99999999999999999999", "-403"},

		{"Body", "", "-404"},
		{"Body", " \n\t ", "-404"},
		{"Body", "x", ""},
		{"Body", strings.Repeat("x", 459), ""},
		{"Body", strings.Repeat("x", 460), "-507"},
		{"Body", strings.Repeat("€", 228), ""},
		{"Body", strings.Repeat("€", 229), "-507"},
		{"Body", strings.Repeat("日", 201), ""},
		{"Body", strings.Repeat("日", 202), "-507"},
		{"Body", "nul\x00", "-507"},
		{"Body", "\xff\xfe", "-507"},
		{"Body", "caf\xe9", ""},     // an old program's accent
		{"Body", "caf\xc3", "-507"}, // UTF-8 that was cut
		{"Body", "100% =;&+ \\ \"'", ""},

		{"ScheduleDate", "20260615120001", ""},
		{"ScheduleDate", "20260615115930", ""}, // a clock may be a little slow
		{"ScheduleDate", "20260615115500", "-407"},
		{"ScheduleDate", "20250615120000", "-407"},
		{"ScheduleDate", "20270615120000", ""},
		{"ScheduleDate", "20270620120000", "-407"},
		{"ScheduleDate", "20260230120000", "-407"},
		{"ScheduleDate", "20261301120000", "-407"},
		{"ScheduleDate", "20260616250000", "-407"},
		{"ScheduleDate", "20260616120060", "-407"},
		{"ScheduleDate", "202606161200", "-407"},
		{"ScheduleDate", "2026061612000000", "-407"},
		{"ScheduleDate", "2026-06-16 12:00:00", "-407"},
		{"ScheduleDate", "20260616120000.5", "-407"},
		{"ScheduleDate", "+2026061612000", "-407"},
		{"ScheduleDate", "00000000000000", "-407"},
		{"ScheduleDate", "99991231235959", "-407"},
		{"ScheduleDate", "0", "-407"},
		{"ScheduleDate", "now", "-407"},
		{"ScheduleDate", "", ""},
		{"ScheduleDate", " 20260616120000 ", ""},

		{"SourceTON", "", ""},
		{"SourceTON", "5", ""},
		{"SourceTON", "1", "-403"}, // SCHOOL is no number
		{"SourceTON", "0", "-507"},
		{"SourceTON", "2", "-507"},
		{"SourceTON", "05", "-507"},
		{"SourceTON", "five", "-507"},

		{"ValidityPeriod", "", ""},
		{"ValidityPeriod", "1", ""},
		{"ValidityPeriod", "86400", ""},
		{"ValidityPeriod", "86401", "-405"},
		{"ValidityPeriod", "0", "-405"},
		{"ValidityPeriod", "-1", "-405"},
		{"ValidityPeriod", "1.5", "-405"},
		{"ValidityPeriod", "1e3", "-405"},
		{"ValidityPeriod", "day", "-405"},
		{"ValidityPeriod", "99999999999999999999", "-405"},
		{"ValidityPeriod", "9223372036854775807", "-405"},

		{"GetAllMessageIDs", "yes", ""},
		{"GetAllMessageIDs", "\x00", "-507"},
		{"GetBGSendID", "1", ""},
		{"ListName", "Parents", ""}, // without List it says nothing
		{"Nonsense", "\xff", ""},
		{"body", "parameters keep their case", ""},
	} {
		before := w.messages()
		got := w.call("boss", "Send", text(c.name, c.value)...)
		made := len(w.messages()) - len(before)
		if len(before) == 100 {
			made = len(newer(w, before[0].ID))
		}
		want := c.want
		id := "1"
		if len(w.messages()) > 0 {
			id = itoa(w.messages()[0].ID)
		}
		wantMade := 0
		if want == "" {
			want, wantMade = id, 1
		}
		if strings.Contains(want, "10000001") {
			want, wantMade = strings.Replace(want, "10000001", id, 1), 1
		}
		if got != want || made != wantMade {
			t.Errorf("%s=%.60q: answered %.60q and made %d messages, want %.60q and %d", c.name, c.value, got, made, want, wantMade)
		}
	}
}

// What was asked for is what stands in the store.
func TestSendKeepsWhatWasAsked(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		pairs []string
		check func(m message) bool
	}{
		{[]string{"Body", "a+b & 50% \r\n£ “quoted”"}, func(m message) bool { return m.Body == "a+b & 50% \n£ “quoted”" }},
		{[]string{"SourceAddress", "07700 900999"}, func(m message) bool { return m.Sender == "447700900999" && m.TON == sms.TONInternational }},
		{[]string{"SourceAddress", "447700900999", "SourceTON", "1"}, func(m message) bool { return m.Sender == "447700900999" && m.TON == sms.TONInternational }},
		{[]string{"SourceAddress", "07700900999", "SourceTON", "5"}, func(m message) bool { return m.Sender == "07700900999" && m.TON == sms.TONAlphanumeric }},
		{[]string{"SourceAddress", "33612345678"}, func(m message) bool { return m.Sender == "33612345678" && m.TON == sms.TONInternational }},
		{[]string{"SourceAddress", "353871234567", "SourceTON", "1"}, func(m message) bool { return m.Sender == "353871234567" && m.TON == sms.TONInternational }},
		{[]string{"SourceAddress", "33612345678", "SourceTON", "5"}, func(m message) bool { return m.Sender == "33612345678" && m.TON == sms.TONAlphanumeric }},
		{[]string{"SourceAddress", "24/7", "SourceTON", "5"}, func(m message) bool { return m.Sender == "24/7" && m.TON == sms.TONAlphanumeric }},
		{[]string{"SourceAddress", "60777"}, func(m message) bool { return m.Sender == "60777" && m.TON == sms.TONNational }},
		{[]string{"ValidityPeriod", "90"}, func(m message) bool { return m.ExpiresAt.Time().Sub(m.DueAt.Time()) == 90*time.Second }},
		{nil, func(m message) bool { return m.ExpiresAt.Time().Sub(m.DueAt.Time()) == 24*time.Hour }},
		{[]string{"ScheduleDate", "20260616090000"}, func(m message) bool {
			return m.Status == sms.Scheduled && m.DueAt.Time().Equal(time.Date(2026, 6, 16, 8, 0, 0, 0, time.UTC))
		}},
	} {
		w.call("boss", "Send", text(c.pairs...)...)
		if m := w.messages()[0]; !c.check(m) {
			t.Errorf("%q made %+v", c.pairs, m)
		}
	}
	if got := w.call("boss", "Send", text("SourceAddress", "447700900999", "SourceTON", "5")...); got != "-402" {
		t.Errorf("12 digits as a name: %s, want -402", got)
	}
	for sender, want := range map[string]string{"353871234567": "-402", "１２": "-518", "1\t2": "-518"} {
		if got := w.call("boss", "Send", text("SourceAddress", sender, "SourceTON", "5")...); got != want {
			t.Errorf("%q as a name: %s, want %s", sender, got, want)
		}
	}
	for _, sender := range []string{"999123456789", "12", "12!"} {
		if got := w.call("boss", "Send", text("SourceAddress", sender)...); got != "-403" {
			t.Errorf("%q: %s, want -403", sender, got)
		}
	}
	if b, err := w.Batch(t.Context(), w.as("boss"), w.messages()[0].BatchID); err != nil || b.Door != "fastsms" || b.Zone != "Europe/London" {
		t.Errorf("the batch is %+v, %v", b, err)
	}
}

func TestScheduleDateOverClockChanges(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ now, date, want string }{
		{"2026-03-28T12:00:00Z", "20260329005959", "2026-03-29T00:59:59Z"},
		{"2026-03-28T12:00:00Z", "20260329010000", "-407"}, // the clocks skip it
		{"2026-03-28T12:00:00Z", "20260329015959", "-407"},
		{"2026-03-28T12:00:00Z", "20260329020000", "2026-03-29T01:00:00Z"},
		{"2026-10-24T12:00:00Z", "20261025005959", "2026-10-24T23:59:59Z"},
		{"2026-10-24T12:00:00Z", "20261025010000", "2026-10-25T00:00:00Z"}, // it comes twice: the first
		{"2026-10-24T12:00:00Z", "20261025015959", "2026-10-25T00:59:59Z"},
		{"2026-10-24T12:00:00Z", "20261025020000", "2026-10-25T02:00:00Z"},
	} {
		w.at(c.now)
		got := w.call("boss", "Send", text("ScheduleDate", c.date)...)
		if !strings.HasPrefix(got, "-") {
			got = w.messages()[0].DueAt.Time().Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%s is %s, want %s", c.date, got, c.want)
		}
	}

	// Another office keeps another time.
	w.at("2026-06-15T12:00:00Z")
	must(t, w.SaveOrganisation(t.Context(), w.as("boss"), desk.Organisation{Name: "Bureau", Country: "FR", Zone: "Europe/Paris"}))
	w.call("boss", "Send", text("ScheduleDate", "20260616090000")...)
	if got := w.messages()[0].DueAt.Time().Format(time.RFC3339); got != "2026-06-16T07:00:00Z" {
		t.Errorf("nine o'clock in Paris is %s", got)
	}
}

func TestSenderFallsBackToTheAccounts(t *testing.T) {
	w := newWorld(t)
	must(t, w.SaveOrganisation(t.Context(), w.as("boss"), desk.Organisation{Name: "Oakfield", Country: "GB", Zone: "Europe/London", Sender: "Oakfield"}))
	for _, blank := range []string{"", "  "} {
		w.call("sam", "Send", text("SourceAddress", blank)...)
		if got := w.messages()[0].Sender; got != "Oakfield" {
			t.Errorf("SourceAddress=%q was sent from %q", blank, got)
		}
	}
}

func TestSendWithoutRoute(t *testing.T) {
	w := newWorld(t)
	must(t, w.store.Write(t.Context(), clearDefault))
	if got := w.call("sam", "Send", text()...); got != "-406" {
		t.Errorf("without a provider: %s, want -406", got)
	}
	if got := w.balance("sam"); got != 10 {
		t.Errorf("sam has %d credits left of 10", got)
	}
}

func TestRepeatedDestinations(t *testing.T) {
	w := newWorld(t)
	f := form{"Token": {w.tokens["sam"]}, "Action": {"Send"}, "SourceAddress": {"SCHOOL"}, "Body": {"Hello"},
		"DestinationAddress": {"447700900150", "447700900150", "447700900151,x"}}
	if got := w.do(f.post()); got != "10000001,10000002,-401" {
		t.Errorf("answered %s", got)
	}
}

func TestFiveHundredNumbers(t *testing.T) {
	w := newWorld(t)
	var to []string
	for i := range 500 {
		to = append(to, "4477009"+itoa(int64(10000+i)))
	}
	ids := strings.Split(w.call("boss", "Send", text("DestinationAddress", strings.Join(to, ","))...), ",")
	seen := map[string]bool{}
	for i, id := range ids {
		if seen[id] || strings.Trim(id, "0123456789") != "" {
			t.Fatalf("number %d has the id %q", i, id)
		}
		seen[id] = true
	}
	if len(ids) != 500 {
		t.Errorf("%d ids for 500 numbers", len(ids))
	}
	// By position: the first number's id leads to the first number.
	for _, i := range []int{0, 7, 499} {
		s, err := w.Message(t.Context(), w.as("boss"), atoi(t, ids[i]))
		if err != nil || s.Message.Number.Digits() != to[i] {
			t.Errorf("id %d is for %v, %v; want %s", i, s.Message.Number, err, to[i])
		}
	}
}
