package fastsmsapi_test

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"textdesk/handlers/door/doortest"
	"textdesk/handlers/fastsmsapi"
)

// occurs are the codes that each action can answer here, beside those that any
// call can: the transcripts have each of them.
var occurs = map[string][]int{
	"":                   {-501, -502}, // before anybody knows what is called
	"CheckCredits":       {-512, -511},
	"CheckMessageStatus": {-503},
	"Send":               {-100, -401, -402, -403, -404, -405, -406, -407, -408, -409, -410, -411, -412, -414, -507, -511, -512, -518},
	"CancelMessage":      {-503},
	"Report":             {-504, -505, -601},
	"CreateUser":         {-507, -508, -509}, // -100 is an administrator's who has a limit: users_test.go
	"UpdateCredits":      {-509, -510, -702},
	"ImportContactsCSV":  {-507},
	"GetAllContacts":     nil,
	"GetAllGroups":       nil,
	"DeleteAllContacts":  nil,
	"DeleteAllGroups":    nil,
	"EmptyGroup":         {-520},
	"DeleteGroup":        {-520},
	"GetBGMessages":      {-521, -522},
}

// elsewhere are the documented codes that stand in no transcript, and why.
var elsewhere = map[int]string{
	-101: "credits have no id here", -200: "an import says it in words",
	-300: "TestFault", -301: "TestFaultsAreNotRefusals", -302: "there is no XML here", -303: "there is no XML here",
	-400: "each number has a code of its own", -506: "users_test.go, where a user may not send under a name",
	-513: "there are no licences", -514: "there are no licences", -515: "there are no licences",
	-516: "a send answers -410", -517: "lists are made in the pages", -519: "a send answers -404",
	-523: "TestGetBGMessagesOfManyIsJSON", -701: "no action has a currency", -703: "no action has a currency",
}

// said is one exchange of a transcript, read.
type said struct {
	action     string
	parameters url.Values
	answer     string
}

func everythingSaid(t *testing.T) (all []said) {
	t.Helper()
	files, err := filepath.Glob("testdata/transcripts/*.txt")
	must(t, err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		must(t, err)
		for _, exchange := range doortest.Conversation(t, string(content)) {
			if strings.HasPrefix(exchange[0], "! ") {
				continue
			}
			head, body, _ := strings.Cut(exchange[0], "\n\n")
			target := strings.Fields(head)[1]
			_, query, _ := strings.Cut(target, "?")
			values, _ := url.ParseQuery(query) // what it cannot read is a test of its own
			if posted, err := url.ParseQuery(body); err == nil {
				for name, v := range posted {
					values[name] = append(values[name], v...)
				}
			}
			_, answer, _ := strings.Cut(exchange[1], "\n\n")
			all = append(all, said{values.Get("Action"), values, answer})
		}
	}
	return all
}

var codePattern = regexp.MustCompile(`(?:^|[,"])(-\d{3})\b`)

// Every action is in the transcripts with a good answer and with each code that
// it can give; every code of the page is there or has a reason not to be.
func TestTranscriptsAreComplete(t *testing.T) {
	good, seen := map[string]bool{}, map[string]map[int]bool{}
	anywhere := map[int]bool{}
	for _, s := range everythingSaid(t) {
		action := ""
		for name := range occurs {
			if strings.EqualFold(name, s.action) {
				action = name
			}
		}
		if seen[action] == nil {
			seen[action] = map[int]bool{}
		}
		first, _, _ := strings.Cut(s.answer, "\n")
		codes := codePattern.FindAllStringSubmatch(first, -1)
		if len(codes) == 0 {
			good[action] = true
		}
		for _, c := range codes {
			n, _ := strconv.Atoi(c[1])
			seen[action][n], anywhere[n] = true, true
		}
	}
	for action, codes := range occurs {
		if action != "" && !good[action] {
			t.Errorf("no transcript has a good answer of %s", action)
		}
		for _, code := range codes {
			if !seen[action][code] {
				t.Errorf("no transcript has %s answering %d", action, code)
			}
		}
	}
	for _, row := range fastsmsapi.Codes() {
		why, excused := elsewhere[int(row.Code)]
		if excused == anywhere[int(row.Code)] {
			t.Errorf("%d %s: in a transcript %t, and elsewhere for the reason %q", row.Code, row.Text, anywhere[int(row.Code)], why)
		}
	}
	served := fastsmsapi.Actions()
	for action := range occurs {
		if action != "" && !served[action] {
			t.Errorf("%s is not served", action)
		}
	}
	if len(served) != len(occurs)-1 || len(served) != 15 {
		t.Errorf("%d actions are served, the page has 15", len(served))
	}
}

// The page's own examples, but for their token and what stands in brackets.
var pageExamples = []string{
	"Action=CheckCredits", "Action=CheckMessageStatus&MessageID=", "Action=Send&DestinationAddress=&SourceAddress=API&Body=Hello%20World",
	"Action=CancelMessage&MessageID=", "Action=Report&ReportType=Messages&From=20130704000000&To=20130711000000",
	"Action=CreateUser&ChildUsername=&ChildPassword=&AccessLevel=Normal&FirstName=&LastName=&Email=&Credits=5", "Action=UpdateCredits&ChildUsername=&Quantity=5",
	"Action=ImportContactsCSV&ContactsCSV=contact%201%2C447777777777%2Cnoreply%40anywhere.com%2Cgroup1%2Cgroup2%2Cgroup3%0Acontact%202%2C447777777778%2Cnoreply%40anywhereelse.com%2Cgroup1%2C",
	"Action=GetAllContacts", "Action=DeleteAllContacts", "Action=DeleteAllGroups", "Action=EmptyGroup&Group=MyGroupName",
	"Action=DeleteGroup&Group=MyGroupName", "Action=GetBGMessages&BGSendID=",
}

func TestEveryExampleOfThePageIsATranscript(t *testing.T) {
	all := everythingSaid(t)
	for _, example := range pageExamples {
		want, err := url.ParseQuery(example)
		must(t, err)
		found := false
		for _, s := range all {
			same := true
			for name, v := range want {
				same = same && s.parameters.Has(name) && (v[0] == "" || s.parameters.Get(name) == v[0])
			}
			found = found || same
		}
		if !found {
			t.Errorf("the example %s is in no transcript", example)
		}
	}
}
