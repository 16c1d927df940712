package simulator_test

import (
	"testing"
	"time"

	"textdesk/providers"
	"textdesk/providers/providertest"
	"textdesk/providers/simulator"
)

func TestConformance(t *testing.T) {
	reply := simulator.Reply{From: "+447700900123", To: "60777", Body: "STOP £ 😀", ID: "1", At: time.Now()}
	for _, idempotent := range []string{"off", "on"} {
		t.Run("idempotent "+idempotent, func(t *testing.T) {
			providertest.Run(t, providertest.Dialect{
				Type:             simulator.Type(),
				Settings:         providers.Settings{"idempotent": idempotent},
				Refused:          &providertest.Trigger{To: "+447700900102", Code: "UNKNOWN"},
				BadCredentials:   &providertest.Trigger{Settings: providers.Settings{"account": "closed"}, Code: "CLOSED"},
				EmptyAccount:     &providertest.Trigger{Settings: providers.Settings{"account": "empty"}, Code: "EMPTY"},
				Throttled:        &providertest.Trigger{To: "+447700900105", Code: "SLOWER"},
				NoAnswer:         &providertest.Trigger{To: "+447700900103"},
				BadNumber:        "+447700900102",
				UnknownReference: "sim-unknown",
				Callbacks:        []providertest.Posted{{Callback: providers.Callback{Method: "POST", Body: reply.Encode()}, Inbound: 1}},
			})
		})
	}
}
