package simulator

import (
	"net/http"

	"textdesk/providers"
)

// Reply implements [providers.Handsets].
func (p *Provider) Reply(in providers.Inbound) providers.Callback {
	r := Reply{From: in.From, To: in.To, Body: in.Body, ID: in.ID, At: in.At, InReply: in.InReply}
	return providers.Callback{Method: http.MethodPost, Body: r.Encode(), ReceivedAt: in.At,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
}

// Scripts implements [providers.Handsets]: the usual course first, then by
// ending. Where scripts are off that course is all there is.
func (p *Provider) Scripts() []providers.Script {
	var all []providers.Script
	for _, s := range scripts {
		if !p.scripts && s.Ending != "" {
			continue
		}
		all = append(all, providers.Script{Ending: s.Ending, What: s.What, Sentence: s.Sentence})
	}
	return all
}

var _ providers.Handsets = (*Provider)(nil)
