package fastsms_test

import (
	"strings"
	"testing"

	"textdesk/providers"
	"textdesk/providers/fastsms"
	"textdesk/providers/fastsms/fastsmstest"
	"textdesk/providers/providertest"
)

const token = "th1S-15my-t0ken+&%"

func TestConformance(t *testing.T) {
	service := fastsmstest.New(token)
	service.Refuse("447700900999", "-412")
	providertest.Run(t, providertest.Dialect{
		Type:             fastsms.Type(),
		Settings:         providers.Settings{"token": token},
		Service:          service,
		Texts:            texts,
		Refused:          &providertest.Trigger{Answer: providertest.Answer{Body: "-401"}, Code: "-401"},
		BadCredentials:   &providertest.Trigger{Answer: providertest.Answer{Body: "-501"}, Code: "-501"},
		EmptyAccount:     &providertest.Trigger{Answer: providertest.Answer{Body: "-100"}, Code: "-100"},
		Throttled:        &providertest.Trigger{Answer: providertest.Answer{Status: 429}, Code: "429"},
		BadNumber:        "+447700900999",
		UnknownReference: "99999999",
		Receive:          service.Receive,
	})
}

func texts(r providertest.Request) (out []providertest.Text) {
	f := r.Form()
	if r.Method != "POST" || r.URL.RawQuery != "" || f.Get("Token") != token || f.Get("Action") != "Send" {
		return nil
	}
	for _, to := range strings.Split(f.Get("DestinationAddress"), ",") {
		out = append(out, providertest.Text{To: to, Body: f.Get("Body")})
	}
	return out
}
