package demo

import (
	"context"
	"fmt"

	"textdesk/desk"
)

// templates are what the office keeps for the next time.
var templates = []desk.TemplateForm{
	{Name: "Not in school", Folder: "Absence", Body: "Good morning, we have not seen ((Name)) today and have no message. Is your child unwell? Please reply or ring 020 7946 0321.", Sender: "447700900555", Shared: true},
	{Name: "Come and collect", Folder: "Absence", Body: "Hello, this is Hartwell Primary. ((Name|Your child)) does not feel well and would like to go home. Could you collect them from the office?", Shared: true},
	{Name: "Closed for snow", Folder: "Emergencies", Body: "School is CLOSED today because of the snow. Please keep your children at home. We write again by 16:00 about tomorrow.", Shared: true},
	{Name: "Trip", Folder: "Trips and clubs", Body: "Dear parent or carer, ((Name|your child)) goes on the trip to ((MM1)) tomorrow. The coach leaves at 9:15.((MM2?? Please send a packed lunch.))", Shared: true},
	{Name: "Club cancelled", Folder: "Trips and clubs", Body: "((MM1|The club)) is off today, so please collect ((Name|your child)) at 15:30."},
	{Name: "Thank you", Body: "Thank you, we have noted that."},
}

// keepTemplates stores them for the administrator.
func keepTemplates(ctx context.Context, d *desk.Desk, admin desk.Actor) error {
	for _, f := range templates {
		if _, err := d.AddTemplate(ctx, admin, f); err != nil {
			return fmt.Errorf("keep demo template: %w", err)
		}
	}
	return nil
}
