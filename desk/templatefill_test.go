package desk

import (
	"testing"

	"textdesk/db"
)

func TestFillingInATemplate(t *testing.T) {
	for name, c := range map[string]struct {
		body  string
		typed map[string]string
		own   []string
		want  string
		wrong int
	}{
		"no fields":            {"Closed today.", nil, nil, "Closed today.", 0},
		"filled":               {"Back at ((Time)).", map[string]string{"time": " 14:30 "}, nil, "Back at 14:30.", 0},
		"not filled":           {"Back at ((Time)).", nil, nil, "Back at ((Time)).", 1},
		"too long":             {"Back at ((Time)).", map[string]string{"time": string(make([]byte, 161))}, nil, "", 1},
		"brackets":             {"Back at ((Time)).", map[string]string{"time": "((Name))"}, nil, "Back at ((Name)).", 1},
		"instead":              {"Back at ((Time|noon)).", nil, nil, "Back at noon.", 0},
		"everybody's own":      {"Dear ((Name)), at ((Time)).", map[string]string{"time": "9"}, []string{"name"}, "Dear ((Name)), at 9.", 0},
		"for those without":    {"Dear ((Name)).", map[string]string{"name": "parent"}, []string{"name"}, "Dear ((Name|parent)).", 0},
		"yes":                  {"Come.((Coat?? Bring a coat.))", map[string]string{"coat": "yes"}, nil, "Come. Bring a coat.", 0},
		"no":                   {"Come.((Coat?? Bring a coat.))", nil, nil, "Come.", 0},
		"each one's own yes":   {"Come.((MM1?? Bring it.))", nil, []string{"mm1"}, "Come.((MM1?? Bring it.))", 0},
		"one name, two places": {"((Day)) or ((day)).", map[string]string{"day": "Monday"}, nil, "Monday or Monday.", 0},
		"their own number":     {"You are ((Number)).", map[string]string{"number": "1"}, []string{"number"}, "You are ((Number)).", 0},
	} {
		f := FilledIn{Template: Template{Template: db.Template{Body: c.body}}}
		f.fill(c.typed, c.own)
		if c.want != "" && f.Body != c.want || len(f.Problems) != c.wrong {
			t.Errorf("%s: %q %v, want %q and %d problems", name, f.Body, f.Problems, c.want, c.wrong)
		}
		if c.wrong == 0 && !madeOf(c.body, f.Body) {
			t.Errorf("%s: %q does not count as made of the template", name, f.Body)
		}
	}
}

func TestAListedSender(t *testing.T) {
	p := Permissions{Senders: []string{"Oakfield", "07700 900999"}}
	for typed, want := range map[string]string{"OAKFIELD": "Oakfield", "+447700900999": "07700 900999", "School": "", "": ""} {
		if got, ok := p.Listed(typed, "GB"); got != want || ok != (want != "") {
			t.Errorf("%q is %q %v, want %q", typed, got, ok, want)
		}
	}
	if got, ok := (Permissions{}).Listed("Any", "GB"); got != "Any" || !ok {
		t.Errorf("without limits: %q %v", got, ok)
	}
}
