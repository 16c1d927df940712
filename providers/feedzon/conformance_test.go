package feedzon_test

import (
	"strings"
	"testing"

	"textdesk/providers"
	"textdesk/providers/feedzon"
	"textdesk/providers/feedzon/feedzontest"
	"textdesk/providers/providertest"
)

const key = "uYt892VbNBmKLE2K9upE83HhjeR6342L"

func TestConformance(t *testing.T) {
	for _, spelling := range []string{"short", "long"} {
		t.Run(spelling, func(t *testing.T) {
			service := feedzontest.New(key)
			providertest.Run(t, providertest.Dialect{
				Type:             feedzon.Type(),
				Settings:         providers.Settings{"key": key, "spelling": spelling},
				Service:          service,
				Texts:            texts,
				Refused:          &providertest.Trigger{Answer: providertest.Answer{Body: `"1010"`}, Code: "1010"},
				BadCredentials:   &providertest.Trigger{Answer: providertest.Answer{Body: `"1000"`}, Code: "1000"},
				Throttled:        &providertest.Trigger{Answer: providertest.Answer{Status: 429}, Code: "429"},
				UnknownReference: "99999999",
				Receive:          func(from, body string) { service.Receive(from, body, "") },
			})
		})
	}
}

func texts(r providertest.Request) []providertest.Text {
	f := r.URL.Query()
	if r.Method != "GET" || !strings.HasSuffix(r.URL.Path, "/SendMessage.fz") || len(r.Body) > 0 {
		return nil
	}
	if f.Get("ServiceKey") == key {
		return []providertest.Text{{To: f.Get("Number"), Body: f.Get("Message")}}
	}
	if f.Get("key") == key {
		return []providertest.Text{{To: f.Get("number"), Body: f.Get("message")}}
	}
	return nil
}
