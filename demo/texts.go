package demo

import "textdesk/sms"

// text is something a school office writes, and to how many.
type text struct {
	sender string
	body   string
	bulk   bool
}

var texts = []text{
	{"Hartwell", "Hello, this is Hartwell Primary. Amelia has a temperature and would like to go home. Could you collect her from the office? Thank you, Jo", false},
	{"Hartwell", "Ollie has left his PE kit on the bus. We will keep it at the office for him.", false},
	{"Hartwell", "Your appointment with Mrs Osei is on Thursday at 15:40 in room 12. Please reply if you cannot come.", false},
	{"447700900555", "Good morning, we have not seen Noah today and have no message about him. Is he unwell? Please reply or ring 020 7946 0321.", false},
	{"447700900555", "Thank you, we have noted that Isla is at the dentist until 11.", false},
	{"Hartwell", "The balance of £24.50 for the trip to the Science Museum is due on Friday. You can pay at the office or on the school's website.", false},
	{"Hartwell", "Dzień dobry, dziękujemy za wiadomość. Spotkanie z wychowawcą odbędzie się w środę o 16:00.", false},
	{"Hartwell", "Freya was brilliant in assembly today 🌟 We thought that you would like to know.", false},
	{"Office", "Your parcel has arrived at reception. Please bring your badge when you collect it.", false},
	{"Office", "The maintenance visit for your room is booked for tomorrow between 8 and 10. You need not be there.", false},
	{"Hartwell", "School is CLOSED today because of the snow. Please keep your children at home. We write again by 16:00 about tomorrow.", true},
	{"Hartwell", "School is open as usual tomorrow. The car park is still icy, so please walk if you can.", true},
	{"Hartwell", "Reminder: Year 4 swimming starts on Monday. Your child needs a towel, goggles and a swimming hat, all with their name in. The coach leaves at 9:15 and is back for lunch. Please tell us about any medical needs before Friday; there is a form at the office, and on the website under Letters.", true},
	{"Hartwell", "Photographs are on Wednesday. Please send your child in full uniform.", true},
	{"Hartwell", "Parents' evening is on 3 and 4 December. Booking opens tonight at 18:00.", true},
	{"Hartwell", "Breakfast club is full on Thursday. We are sorry. Places are left on all other days.", true},
	{"Hartwell", "Nativity tickets are ready at the office: two for each family, more from Monday.", true},
	{"Office", "Fire drill at 14:30 today. Please leave by the nearest exit and meet at the tennis court.", true},
}

// answer is what somebody wrote back.
var answers = []string{
	"Thank you, on my way", "He has a bad cold, back on Monday hopefully. Sorry for not ringing!", "Ok thanks", "Could we make it 16:00 instead?",
	"Who is this?", "Yes please, two tickets", "Thank you 😊", "I paid on Tuesday already, please check", "Running 10 minutes late",
}

// ending is how a message ended, and how often in a thousand.
type ending struct {
	weight       int
	status       sms.Status
	code, reason string
}

var endings = []ending{
	{938, sms.Delivered, "", ""},
	{22, sms.Failed, "ABSENT", "the phone is switched off"},
	{9, sms.Failed, "-401", "the network does not know this number"},
	{4, sms.Failed, "-412", "the number is blocked with the provider"},
	{12, sms.Expired, "", "it could not be delivered in time"},
	{9, sms.Unknown, "", "The provider gave no final receipt within 72 hours."},
	{6, sms.Cancelled, "", ""},
}
