package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"textdesk/desk"
	"textdesk/sms"
	"textdesk/views"
	"textdesk/views/ui"
)

const (
	// phonesListed is how many phones the simulator's page lists.
	phonesListed = 10
	// phonesBeside is how many phones one page shows.
	phonesBeside = 4
	// outsideListed is how many texts that are not on a phone stand below it.
	outsideListed = 5
	// phonePause is how long a conversation rests until its next text gets the
	// time over it.
	phonePause = 30 * time.Minute
	// phoneFresh is how long a text counts as just arrived.
	phoneFresh = 2 * time.Second
	// exampleNumber is one of the numbers that Ofcom keeps for drama. Its last
	// digits give way to the ending of a script.
	exampleNumber = "447700900123"
)

// handsets lists the simulated phones. With a number it opens one.
func (v *visit) handsets() error {
	typed := strings.TrimSpace(v.QueryParam("number"))
	if typed == "" {
		return v.showHandsets(http.StatusOK, views.Simulator{})
	}
	number, err := v.phoneNumber(typed)
	if err != nil {
		return v.badPhone(typed, err)
	}
	return redirect(v.Context, phonePath(number))
}

func (v *visit) badPhone(typed string, cause error) error {
	return v.showHandsets(http.StatusUnprocessableEntity, views.Simulator{Number: typed,
		Errors: []ui.FieldError{{Field: "number", Message: views.Sentence(cause.Error())}}})
}

func (v *visit) showHandsets(status int, s views.Simulator) error {
	ctx := v.Request().Context()
	phones, err := v.s.Desk.Handsets(ctx, v.actor, phonesListed)
	if err != nil {
		return err
	}
	scripts, err := v.s.Desk.Scripts(ctx)
	if err != nil {
		return err
	}
	s.Now = v.now()
	found := desk.Page{Messages: phones}
	for i, m := range phones {
		s.Phones = append(s.Phones, views.PhoneCard{Path: phonePath(m.Number), Last: v.messageRow(found, i)})
	}
	for _, sc := range scripts {
		example := sms.MSISDN("+" + exampleNumber[:len(exampleNumber)-len(sc.Ending)] + sc.Ending)
		s.Scripts = append(s.Scripts, views.Script{Ending: sc.Ending, What: sc.What, Sentence: sc.Sentence,
			Example: example.Display(v.set.Country), Path: phonePath(example)})
	}
	page, err := v.page("Simulator", "/simulator")
	if err != nil {
		return err
	}
	page.HasErrors = len(s.Errors) > 0
	return render(v.Context, status, views.SimulatorPage(page, s))
}

// phoneNumber reads a number as typed, or its digits as our links have them.
func (v *visit) phoneNumber(typed string) (sms.MSISDN, error) {
	if typed != "" && typed[0] != '0' && strings.Trim(typed, "0123456789") == "" && len(typed) > 10 {
		if n, err := sms.ParseMSISDN("+"+typed, v.set.Country); err == nil {
			return n, nil
		}
	}
	return sms.ParseMSISDN(typed, v.set.Country)
}

func phonePath(n sms.MSISDN) string { return "/simulator/" + n.Digits() }

// handset shows a simulated phone, and those beside it.
func (v *visit) handset() error {
	var view views.Phones
	numbers := []sms.MSISDN{}
	for i, typed := range append([]string{v.Param("number")}, v.QueryParams()["also"]...) {
		if typed = strings.TrimSpace(typed); typed == "" {
			continue
		}
		n, err := v.phoneNumber(typed)
		if err != nil && i == 0 {
			return v.badPhone(typed, err)
		}
		if err != nil {
			view.Number, view.Errors = typed, []ui.FieldError{{Field: "also", Message: views.Sentence(err.Error())}}
			continue
		}
		if !slices.Contains(numbers, n) && len(numbers) < phonesBeside {
			numbers = append(numbers, n)
		}
	}
	return v.showPhones(http.StatusOK, numbers, view, nil)
}

// showPhones renders the page. change alters one phone: the one whose reply
// was refused.
func (v *visit) showPhones(status int, numbers []sms.MSISDN, view views.Phones, change func(p *views.Phone)) error {
	view.Now, view.Path, view.Full = v.now(), phonePath(numbers[0]), len(numbers) >= phonesBeside
	for i, n := range numbers {
		p, err := v.phone(n, numbers)
		if err != nil {
			return err
		}
		if change != nil {
			change(&p)
		}
		if p.Error != "" {
			view.Errors = append(view.Errors, ui.FieldError{Field: p.Box(), Message: p.Error})
		}
		view.Phones = append(view.Phones, p)
		if i > 0 {
			view.Others = append(view.Others, n.Digits())
		}
	}
	if len(view.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	page, err := v.page("Phone "+numbers[0].Display(v.set.Country), "/simulator")
	if err != nil {
		return err
	}
	page.Width, page.HasErrors = ui.Wide, len(view.Errors) > 0
	return render(v.Context, status, views.PhonesPage(page, view))
}

// handsetLive is a phone as it stands.
func (v *visit) handsetLive() error {
	n, err := v.phoneNumber(v.Param("number"))
	if err != nil {
		return v.badPhone(v.Param("number"), err)
	}
	p, err := v.phone(n, v.phonesOnPage(n))
	if err != nil {
		return err
	}
	p.Turn = turn(v.QueryParam("turn"))
	return render(v.Context, http.StatusOK, views.PhoneLive(p))
}

// handsetReply is a text typed on a phone.
func (v *visit) handsetReply() error {
	n, err := v.phoneNumber(v.Param("number"))
	if err != nil {
		return v.badPhone(v.Param("number"), err)
	}
	body, onPage := v.FormValue("body"), v.phonesOnPage(n)
	refused, err := fieldErrors(v.s.Desk.ReplyFrom(v.Request().Context(), v.actor, n, body))
	if err != nil {
		return err
	}
	if len(refused) == 0 && !v.fragment() {
		return redirect(v.Context, phonesPath(onPage))
	}
	answer := func(p *views.Phone) {
		p.Turn, p.Ready = turn(v.FormValue("turn"))+1, true
		if len(refused) > 0 {
			p.Draft, p.Error = body, refused[0].Message
		}
	}
	if !v.fragment() {
		return v.showPhones(http.StatusUnprocessableEntity, onPage, views.Phones{}, func(p *views.Phone) {
			if p.Digits == n.Digits() {
				answer(p)
			}
		})
	}
	p, err := v.phone(n, onPage)
	if err != nil {
		return err
	}
	answer(&p)
	status := http.StatusOK
	if len(refused) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return render(v.Context, status, views.PhoneLive(p))
}

// turn is which box of a phone is typed into.
func turn(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// phonesOnPage are the phones on the page that a part of it, n, belongs to.
func (v *visit) phonesOnPage(n sms.MSISDN) []sms.MSISDN {
	var numbers []sms.MSISDN
	for _, digits := range v.QueryParams()["page"] {
		if other, err := v.phoneNumber(digits); err == nil && !slices.Contains(numbers, other) && len(numbers) < phonesBeside {
			numbers = append(numbers, other)
		}
	}
	if !slices.Contains(numbers, n) {
		return []sms.MSISDN{n}
	}
	return numbers
}

// phonesPath is the page with the phones, in their order.
func phonesPath(numbers []sms.MSISDN) string {
	q := url.Values{}
	for _, n := range numbers[1:] {
		q.Add("also", n.Digits())
	}
	if len(q) == 0 {
		return phonePath(numbers[0])
	}
	return phonePath(numbers[0]) + "?" + q.Encode()
}

// phone is what is on a phone, and what is not there yet. onPage are all the
// phones beside each other.
func (v *visit) phone(n sms.MSISDN, onPage []sms.MSISDN) (views.Phone, error) {
	h, err := v.s.Desk.Handset(v.Request().Context(), v.actor, n)
	if err != nil {
		return views.Phone{}, err
	}
	p := views.Phone{Now: v.now(), Number: n.Display(v.set.Country), Digits: n.Digits(), PagePath: phonesPath(onPage)}
	if len(onPage) > 1 {
		q := url.Values{}
		for _, other := range onPage {
			q.Add("page", other.Digits())
		}
		p.Query = q.Encode()
		i := slices.Index(onPage, n)
		p.ClosePath = phonesPath(slices.Delete(slices.Clone(onPage), i, i+1))
	}
	ctx := v.Request().Context()
	s, listed, err := v.s.Desk.HandsetOptOut(ctx, v.actor, n)
	if err != nil {
		return p, err
	}
	if p.Script, err = v.scriptOf(n); err != nil {
		return p, err
	}
	p.OptedOut, p.Theirs, p.Reason = listed, s.How != desk.ByStaff, s.Reason
	automatic, err := v.s.Desk.AutomaticAmong(ctx, h.Messages)
	if err != nil {
		return p, err
	}
	v.putOnPhone(&p, h, automatic)
	return p, nil
}

// scriptOf says what the simulator does with a number of this ending.
func (v *visit) scriptOf(n sms.MSISDN) (string, error) {
	scripts, err := v.s.Desk.Scripts(v.Request().Context())
	if err != nil {
		return "", err
	}
	for _, s := range scripts {
		if s.Ending != "" && strings.HasSuffix(n.Digits(), s.Ending) {
			return s.What + ": " + s.Sentence, nil
		}
	}
	return "", nil
}

// putOnPhone sorts a phone's texts: delivered ones and the answers to them in
// the order of their arrival, the others beside the phone.
func (v *visit) putOnPhone(p *views.Phone, h desk.Handset, automatic map[int64]bool) {
	found := desk.Page{Messages: h.Messages, Automatic: automatic}
	type arrival struct {
		at        time.Time
		from      string
		automatic bool
		bubble    ui.Bubble
	}
	var talk []arrival
	for i, m := range h.Messages {
		sender := sms.Sender{Address: m.Sender, TON: m.TON}
		if p.With == "" {
			p.With, p.NameOnly = views.FromWords(sender, v.set.Country), sender.Address != "" && !sender.CanReply()
		}
		switch {
		case m.Status == sms.Delivered:
			talk = append(talk, arrival{m.FinalAt.Time(), views.FromWords(sender, v.set.Country), automatic[m.ID],
				ui.Bubble{ID: "text-" + strconv.FormatInt(m.ID, 10), Text: m.Body}})
		case m.Status.Final(), m.Status == sms.InDoubt, m.Status == sms.Unknown:
			if len(p.Lost) < outsideListed {
				p.Lost = append(p.Lost, v.messageRow(found, i))
			}
		case len(p.Coming) < outsideListed:
			p.Coming = append(p.Coming, v.messageRow(found, i))
		}
	}
	for _, r := range h.Replies {
		talk = append(talk, arrival{r.ReceivedAt.Time(), "", false, ui.Bubble{ID: "reply-" + strconv.FormatInt(r.ID, 10), Mine: true, Text: r.Body}})
	}
	slices.SortStableFunc(talk, func(a, b arrival) int { return a.at.Compare(b.at) })
	last, from := time.Time{}, p.With
	for _, t := range talk {
		b := t.bubble
		if t.at.Sub(last) > phonePause || !views.SameDay(t.at, last, p.Now) {
			b.Day = views.PhoneDay(t.at, p.Now)
		}
		if t.from != "" && t.from != from {
			b.Note, from = "from "+t.from, t.from
		}
		if t.automatic {
			b.Note = strings.TrimPrefix(b.Note+", automatic reply", ", ")
		}
		b.New = p.Now.Sub(t.at) < phoneFresh
		p.Bubbles, last = append(p.Bubbles, b), t.at
	}
}
