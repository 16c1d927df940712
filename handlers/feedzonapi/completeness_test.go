package feedzonapi_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"textdesk/handlers/feedzonapi"
)

// occurs are the codes that each method can answer: the transcripts have each.
var occurs = map[string][]string{
	"":                 {"-1"},
	"SendMessage":      {"0", "1000", "1010", "1020"},
	"GetMessageList":   {"0", "1000", "1010", "1030"},
	"GetMessageStatus": {"0", "1010"},
}

var parameterNames = []string{"ServiceKey", "Number", "Message", "Sender", "Repliable", "Cursor", "Reference"}

// Every method is in the transcripts with each answer that it can give, every
// parameter in both spellings, every code of the page, and the page's examples.
func TestTranscriptsAreComplete(t *testing.T) {
	seen, named, codes := map[string]map[string]bool{}, map[string]bool{}, map[string]bool{}
	var targets []string
	first := regexp.MustCompile(`^"(-?\d+)"`)
	for _, exchanges := range transcripts(t) {
		for _, exchange := range exchanges {
			if strings.HasPrefix(exchange[0], "! ") {
				continue
			}
			head, body, _ := strings.Cut(exchange[0], "\n\n")
			target := strings.Fields(head)[1]
			targets = append(targets, target)
			path, raw, _ := strings.Cut(target, "?")
			values, _ := url.ParseQuery(raw)
			posted, _ := url.ParseQuery(body)
			for _, v := range []url.Values{values, posted} {
				for name := range v {
					named[name] = true
				}
			}
			method := strings.TrimSuffix(strings.TrimPrefix(path, feedzonapi.Path), ".fz")
			if !feedzonapi.Methods()[method] || !strings.HasSuffix(path, ".fz") {
				method = ""
			}
			_, answer, _ := strings.Cut(exchange[1], "\n\n")
			m := first.FindStringSubmatch(answer)
			if m == nil {
				t.Fatalf("%s answers %q", target, answer)
			}
			if seen[method] == nil {
				seen[method] = map[string]bool{}
			}
			seen[method][m[1]], codes[m[1]] = true, true
		}
	}
	for method, answers := range occurs {
		for _, code := range answers {
			if !seen[method][code] {
				t.Errorf("no transcript has %q answering %s", method, code)
			}
		}
		for code := range seen[method] {
			if !slices.Contains(answers, code) {
				t.Errorf("a transcript has %q answering %s, which occurs does not", method, code)
			}
		}
	}
	for _, c := range feedzonapi.Codes() {
		if !codes[c.String()] {
			t.Errorf("no transcript answers %d", c)
		}
	}
	for _, long := range parameterNames {
		short := strings.ToLower(long)
		if long == "ServiceKey" {
			short = "key"
		}
		if !named[long] || !named[short] {
			t.Errorf("no transcript has %s, or none has %s", long, short)
		}
	}
	for _, example := range []string{
		"/sms/1.1/SendMessage.fz?key={sam}&number=447956111222&message=Thanks%20for%20booking%20your%20portrait%20appointment%20for%202:30%20pm%20on%20May%2012,%202014%20at%20the%20feedzon%20Studio.%20We%20look%20forward%20to%20seeing%20you%20there.%20T:%2001923%20294%20955%20www.feedzon.com",
		"/sms/1.1/GetMessageList.fz?key={sam}&cursor=112233445566",
		"/sms/1.1/GetMessageStatus.fz?key={sam}&reference=112233445566677",
	} {
		if !slices.Contains(targets, example) {
			t.Errorf("the page's example %s is in no transcript", example)
		}
	}
	if len(feedzonapi.Methods()) != 3 {
		t.Errorf("%d methods are served, the page has 3", len(feedzonapi.Methods()))
	}
}
