package simulator

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"textdesk/providers"
	"textdesk/sms"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, s providers.Settings) *Provider {
	t.Helper()
	p, err := New(s, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func text(id int64, to sms.MSISDN) providers.Submission {
	return providers.Submission{ID: id, To: to, Body: "Hi", Parts: 1, At: time.Now()}
}

// state polls one reference.
func state(t *testing.T, p *Provider, ref string) providers.Receipt {
	t.Helper()
	got, err := p.PollStatus(t.Context(), []string{ref})
	if err != nil || len(got) != 1 {
		t.Fatalf("PollStatus = %v, %v", got, err)
	}
	return got[0]
}

// Each script with the state after so long, counted from acceptance.
func TestScripts(t *testing.T) {
	type at map[time.Duration]sms.Status
	usually := at{0: sms.Submitted, 999 * time.Millisecond: sms.Submitted, time.Second: sms.Sent, 2 * time.Second: sms.Delivered, 99 * time.Hour: sms.Delivered}
	for ending, want := range map[string]at{
		"00": usually, "50": usually, "05": nil, "02": nil, "03": nil, "06": nil,
		"01": {0: sms.Submitted, time.Second: sms.Sent, 4 * time.Second: sms.Sent, 5 * time.Second: sms.Failed},
		"04": {0: sms.Submitted, time.Second: sms.Sent, 19 * time.Second: sms.Sent, 20 * time.Second: sms.Delivered},
		"07": {0: sms.Submitted, time.Second: sms.Sent, 99 * time.Hour: sms.Sent},
		"08": {0: sms.Submitted, time.Second: sms.Sent, 8 * time.Second: sms.Expired},
		"09": {0: sms.Submitted, time.Second: sms.Sent, 59 * time.Second: sms.Sent, time.Minute: sms.Delivered},
	} {
		synctest.Test(t, func(t *testing.T) {
			if want == nil {
				return // refuses at first, see below
			}
			p := start(t, nil)
			asked := time.Now()
			a, err := p.Send(t.Context(), text(7, sms.MSISDN("+4477009001"+ending)))
			if err != nil {
				t.Fatalf("%s: %v", ending, err)
			}
			if took := time.Since(asked); ending == "04" && took != slowAccept || ending != "04" && took != 0 {
				t.Errorf("%s: accepted after %v", ending, took)
			}
			accepted := time.Now()
			for after, status := range want {
				clock := func() time.Time { return accepted.Add(after) }
				later, err := New(nil, clock) // another process, which remembers nothing
				if err != nil {
					t.Fatal(err)
				}
				r := state(t, later, a.References[0])
				if r.Status != status || r.At.After(clock()) {
					t.Errorf("%s after %v: %+v, want %v", ending, after, r, status)
				}
				if (status == sms.Failed || status == sms.Expired) != (r.Text != "") {
					t.Errorf("%s after %v: text is %q", ending, after, r.Text)
				}
			}
		})
	}
}

// The echo phone gets its texts at once, and only what has reached it is answered.
func TestEcho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := start(t, nil)
		for to, echo := range map[sms.MSISDN]bool{"+447700900900": true, "+4915123900900": true, "+447700900123": false, "+447700900100": false} {
			a, err := p.Send(t.Context(), text(8, to))
			if err != nil {
				t.Fatal(err)
			}
			if r := state(t, p, a.References[0]); r.Echo != echo || (r.Status == sms.Delivered) != echo {
				t.Errorf("%s at once: %+v", to, r)
			}
			time.Sleep(3 * time.Second)
			if r := state(t, p, a.References[0]); r.Echo != echo || r.Status != sms.Delivered {
				t.Errorf("%s later: %+v", to, r)
			}
		}
		off := start(t, providers.Settings{"scripts": "off"})
		if all := off.Scripts(); len(all) != 1 || all[0].Ending != "" || len(p.Scripts()) != len(scripts) {
			t.Errorf("without scripts it lists %v", all)
		}
		a, err := off.Send(t.Context(), text(9, "+447700900900"))
		if err != nil || state(t, off, a.References[0]).Echo {
			t.Errorf("without scripts it answers all the same, %v", err)
		}
	})
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := start(t, nil)
		if _, err := p.Send(t.Context(), text(1, "+447700900102")); providers.AsError(err).Kind != providers.Rejected || err == nil {
			t.Errorf("02: %v", err)
		}

		asked := time.Now()
		_, err := p.Send(t.Context(), text(2, "+447700900103"))
		if err == nil || providers.AsError(err).Kind != providers.Ambiguous || time.Since(asked) != providers.CallTimeout {
			t.Errorf("03: %v after %v", err, time.Since(asked))
		}

		for try := 1; try <= 3; try++ {
			_, err = p.Send(t.Context(), text(3, "+447700900105"))
			e := providers.AsError(err)
			if try < 3 && (err == nil || e.Kind != providers.Throttled || e.RetryAfter != throttleWait) || try == 3 && err != nil {
				t.Errorf("05, try %d: %v", try, err)
			}
		}

		for i := range 3 {
			_, err = p.Send(t.Context(), text(4, "+447700900106"))
			if i < 2 && (err == nil || providers.AsError(err).Kind != providers.Temporary) || i == 2 && err != nil {
				t.Errorf("06 after %d s: %v", i*5, err)
			}
			time.Sleep(5 * time.Second)
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err = p.Send(ctx, text(5, "+447700900104")); err == nil || providers.AsError(err).Kind != providers.Ambiguous {
			t.Errorf("04 cut short: %v", err)
		}
	})
}

func TestSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := start(t, providers.Settings{"delay": "250", "fail": "20", "scripts": "off"})
		failed := 0
		for id := range int64(1000) {
			asked := time.Now()
			a, err := p.Send(t.Context(), text(id, "+447700900102"))
			if err != nil || time.Since(asked) != 250*time.Millisecond {
				t.Fatalf("%v after %v", err, time.Since(asked))
			}
			if r, _ := parse(a.References[0]); scripts[r.script].now(time.Minute).status == sms.Failed {
				failed++
			}
		}
		if failed < 150 || failed > 250 {
			t.Errorf("%d of 1000 failed, want about 200", failed)
		}
	})
	for key, bad := range map[string][]string{
		"delay": {"-1", "60001", "x", "1.5"}, "fail": {"-1", "101", "half"}, "scripts": {"yes"}, "account": {"full"}, "idempotent": {"1"},
	} {
		for _, v := range bad {
			if _, err := New(providers.Settings{key: v}, time.Now); err == nil || !strings.HasPrefix(err.Error(), key) {
				t.Errorf("%s=%s: %v", key, v, err)
			}
		}
	}
}

func TestIdempotentKeepsAnUnansweredText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := start(t, providers.Settings{"idempotent": "on"})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		accepted := time.Now()
		if _, err := p.Send(ctx, text(9, "+447700900103")); err == nil {
			t.Fatal("03 answered at once")
		}
		a, err := p.Send(t.Context(), text(9, "+447700900103"))
		if err != nil || !state(t, p, a.References[0]).At.Equal(accepted.UTC().Truncate(time.Millisecond).Add(time.Second)) {
			t.Errorf("asked again: %v, %v; want the first acceptance", a, err)
		}
	})
}

func TestParts(t *testing.T) {
	p := start(t, nil)
	s := text(77, "+447700900150")
	s.Parts = 3
	a, err := p.Send(t.Context(), s)
	if err != nil || len(a.References) != 3 || !strings.HasSuffix(a.References[2], "-00-77-3") {
		t.Fatalf("%v, %v", a, err)
	}
	got, err := p.PollStatus(t.Context(), append(a.References, "sim-x", "12345678"))
	if err != nil || len(got) != 3 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestCancelInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := start(t, nil)
		a, _ := p.SendAt(t.Context(), text(1, "+447700900150"), time.Now().Add(time.Hour))
		b, _ := p.Send(t.Context(), text(2, "+447700900150"))
		time.Sleep(time.Second)
		if err := p.Cancel(t.Context(), a.References[0]); err != nil {
			t.Error(err)
		}
		if err := p.Cancel(t.Context(), b.References[0]); err == nil || providers.AsError(err).Code != "LATE" {
			t.Errorf("a second after: %v", err)
		}
		time.Sleep(2 * time.Hour)
		if st := state(t, p, a.References[0]).Status; st != sms.Cancelled {
			t.Errorf("cancelled is %v later", st)
		}
	})
}

func TestScriptTable(t *testing.T) {
	if scripts[0].Ending != "" {
		t.Fatal("the usual course must stand first")
	}
	for i, s := range scripts {
		if want := string([]byte{'0', byte('0' + i)}); i > 0 && s.Ending != want && (i < 10 || len(s.Ending) < 6 || scriptFor(sms.MSISDN("+447700"+s.Ending)) != i) || s.What == "" || !strings.HasSuffix(s.Sentence, ".") {
			t.Errorf("script %d: %+v", i, s)
		}
		if !slices.IsSortedFunc(s.steps, func(a, b step) int { return int(a.after - b.after) }) {
			t.Errorf("script %d: steps out of order", i)
		}
	}
}

func TestMemoryForgetsTheOldest(t *testing.T) {
	var m memory[int, int]
	for i := range 3 * memoryLimit {
		m.put(i, i)
		m.put(i, -i)
	}
	if len(m.values) != memoryLimit || len(m.order) != memoryLimit {
		t.Errorf("%d values, %d in order", len(m.values), len(m.order))
	}
	if _, ok := m.get(2*memoryLimit - 1); ok {
		t.Error("an old value is still there")
	}
	for i := 2 * memoryLimit; i < 3*memoryLimit; i++ {
		if v, ok := m.get(i); !ok || v != -i {
			t.Fatalf("value %d is %d, %v", i, v, ok)
		}
	}
}

func FuzzReference(f *testing.F) {
	for _, s := range []string{"sim-m9x2k1-00-7", "sim-m9x2k1-09-7-2", "sim--00-7", "sim-0-00-7-0", "sim-zzzzzzzzzzzzz-01-1", "sim-1-99-1", "sim--1-00--1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, ok := parse(s)
		if ok && r.String() != s {
			t.Errorf("%q is read as %q", s, r)
		}
		p := start(t, nil)
		if got, err := p.PollStatus(t.Context(), []string{s}); err != nil || len(got) > 1 || len(got) == 1 != ok {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	})
}

func FuzzReply(f *testing.F) {
	f.Add("+447700900123", "60777", "STOP", "1", "sim-1-00-1", int64(1_700_000_000))
	f.Add("", "", "\xff", "", "", int64(-1))
	f.Fuzz(func(t *testing.T, from, to, body, id, inReply string, unix int64) {
		p := start(t, nil)
		p.ParseCallback(providers.Callback{Body: []byte(body)}) // anything at all
		r := Reply{From: sms.MSISDN(from), To: to, Body: body, ID: id, InReply: inReply, At: time.Unix(unix%200_000_000_000, 0).UTC()}
		posted, err := p.ParseCallback(providers.Callback{Body: r.Encode()})
		if err != nil {
			return
		}
		in := posted.Inbound[0]
		if in.From != r.From || in.To != to || in.Body != body || in.ID != id || in.InReply != inReply || !in.At.Equal(r.At) {
			t.Errorf("%+v became %+v", r, in)
		}
		if !isMSISDN(string(in.From)) || in.ID == "" {
			t.Errorf("%+v was taken", in)
		}
	})
}
