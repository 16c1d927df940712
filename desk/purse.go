package desk

import "textdesk/db"

// purse is what an order can be paid with, one recipient after the other.
type purse struct {
	unlimited bool
	left      int64
	today     allowance
}

func purseOf(u db.User, today allowance) purse { return purse{bool(u.Unlimited), u.Balance, today} }

// pay takes what one recipient costs, or refuses.
func (p *purse) pay(cost int64) *Refusal {
	if !p.unlimited && p.left < cost {
		return notEnough(cost, p.left)
	}
	if r := p.today.take(cost); r != nil {
		return r
	}
	p.left -= cost
	return nil
}

// nothingLeft is why nobody of an order gets anything, from the first of its
// recipients who was refused only when it was accepted.
func nothingLeft(recipients []Recipient, otherwise *Refusal) *Refusal {
	for _, r := range recipients {
		if r.Refusal != nil && (r.Refusal.Is(ErrUserDay) || r.Refusal.Is(ErrNumberDay)) {
			return r.Refusal
		}
	}
	return otherwise
}

// pay leaves those out who come after what can be paid for.
func (p *preparation) pay(some []Recipient) {
	if p.purse == nil {
		return
	}
	for i := range some {
		r := &some[i]
		if r.Refusal != nil || r.Duplicate {
			continue
		}
		if r.Refusal = p.purse.pay(int64(r.parts)); r.Refusal == nil {
			continue
		}
		if p.unpaid == nil {
			p.unpaid = r.Refusal
		}
		p.draft.People--
		p.draft.Parts -= int64(r.parts)
		p.draft.ByParts[r.parts]--
	}
}
