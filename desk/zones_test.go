package desk

import (
	"testing"
	"time"

	"textdesk/sms"
)

func TestEveryZoneLoads(t *testing.T) {
	if n := len(Zones()); n < 420 {
		t.Errorf("there are %d zones, which is not all", n)
	}
	for _, z := range Zones() {
		if _, err := time.LoadLocation(z.Name); err != nil {
			t.Errorf("%s: %v", z.Name, err)
		}
	}
}

func TestEveryCountryHasAZoneOrAsks(t *testing.T) {
	several := 0
	for _, c := range sms.Countries() {
		zone, r := zoneFor("", c.Code)
		switch {
		case r != nil:
			several++
			if DefaultZone(c.Code) != "" {
				t.Errorf("%s is refused though it has a default", c.Name)
			}
		case zone == "":
			t.Errorf("%s has no zone", c.Name)
		}
	}
	if several == 0 || several > 16 {
		t.Errorf("%d countries ask for the zone", several)
	}
	for country, want := range map[string]string{"GB": "Europe/London", "FR": "Europe/Paris", "ES": "Europe/Madrid", "DE": "Europe/Berlin", "NZ": "Pacific/Auckland", "XK": "Europe/Belgrade", "US": "", "AU": ""} {
		if got := DefaultZone(country); got != want {
			t.Errorf("DefaultZone(%s) = %q, want %q", country, got, want)
		}
	}
}

func TestZoneFor(t *testing.T) {
	for _, zone := range []string{"Local", "Mars/Olympus", "../etc/passwd", "Europe/London\x00"} {
		if got, r := zoneFor(zone, "GB"); r == nil {
			t.Errorf("zoneFor(%q) = %q, want a refusal", zone, got)
		}
	}
	if got, r := zoneFor("Asia/Calcutta", "IN"); r != nil || got != "Asia/Calcutta" {
		t.Errorf("the older name of a zone gives %q, %v", got, r)
	}
}
