package feedzonapi

import "textdesk/desk"

// ClickatellReference is a message's reference with Clickatell.
func ClickatellReference(id int64) string { return reference(desk.GatewayClickatell, id) }
