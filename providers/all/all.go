// Package all lists every kind of provider. Only main imports it.
package all

import (
	"textdesk/providers"
	"textdesk/providers/fastsms"
	"textdesk/providers/feedzon"
	"textdesk/providers/simulator"
	"textdesk/providers/twilio"
)

// Types lists the kinds of provider in the order of the page that offers them.
func Types() []providers.Type {
	return []providers.Type{
		simulator.Type(),
		fastsms.Type(),
		feedzon.Type(),
		twilio.Type(),
	}
}
