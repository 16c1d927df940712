package merge

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// of answers from a map of folded names.
func of(pairs ...string) func(string) string {
	values := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}
	return func(field string) string { return values[field] }
}

func TestRender(t *testing.T) {
	sam := of("name", "Sam", "yeargroup", " 4B ", "mm1", "Yes", "mm2", "no", "e-mail", "sam@example.org", "blank", "  ")
	for _, c := range []struct {
		text, want string
		missing    []string
	}{
		{"", "", nil},
		{"Hello", "Hello", nil},
		{"Hello ((Name))!", "Hello Sam!", nil},
		{"((name))((NAME))(( Na_me ))", "SamSamSam", nil},
		{"Year ((Year_Group)) or ((year group))", "Year 4B or 4B", nil},
		{"Dear ((Parent|parent or carer)),", "Dear parent or carer,", nil},
		{"Dear ((Name|parent)),", "Dear Sam,", nil},
		{"((Blank|there))", "there", nil},
		{"((Blank|))", "", nil},
		{"((Blank)) and ((Parent))", " and ", []string{"Blank", "Parent"}},
		{"Trip.((MM1?? Bring a coat.))((MM2?? Bring cake.))((MM3?? Or tea.))", "Trip. Bring a coat.", nil},
		{"((Name|what??))((MM1??a|b))", "Sama|b", nil},
		{"((E-mail))", "sam@example.org", nil},
		{"(((Name)))", "(Sam)", nil},
		{"((((Name))))", "((Sam))", nil},
		{"I am sad :(( ((Name))", "I am sad :(( Sam", nil},
		{"sad :(( and ((( (see below) ((", "sad :(( and ((( (see below) ((", nil},
		{"stray )) here", "stray )) here", nil},
		{"two\n\nlines ((Name))\n", "two\n\nlines Sam\n", nil},
	} {
		tm, err := Parse(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		got, missing := tm.Render(sam)
		if got != c.want || !slices.Equal(missing, c.missing) || tm.String() != c.text {
			t.Errorf("%q renders %q, missing %q; want %q, %q", c.text, got, missing, c.want, c.missing)
		}
	}
}

func TestFields(t *testing.T) {
	tm, err := Parse("((Name)) ((Year_Group|?)) ((name)) ((MM1??x)) ((year group))")
	if err != nil || !slices.Equal(tm.Fields(), []string{"Name", "Year_Group", "MM1"}) {
		t.Errorf("the fields are %q, %v", tm.Fields(), err)
	}
	if tm, _ := Parse("none"); len(tm.Fields()) > 0 {
		t.Errorf("a plain text has the fields %q", tm.Fields())
	}
	for name, want := range map[string]string{"Größe_ 2": "größe2", "YEAR GROUP": "yeargroup", "\tE-mail": "e-mail", "": ""} {
		if got := Fold(name); got != want {
			t.Errorf("%q folds to %q, want %q", name, got, want)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		text   string
		offset int
		line   int
		words  string
	}{
		{"Hello ((Name)", 6, 1, "“((Name)” is not closed: a field looks like ((Name))."},
		{"Hello ((Name ((Email))", 6, 1, "“((Name ” is not closed"},
		{"Hello\nyou ((Name", 10, 2, "Line 2: “((Name” is not closed"},
		{"(())", 0, 1, "no name between the brackets of “(())”"},
		{"(( |you))", 0, 1, "no name"},
		{"((see p. 4, below))", 0, 1, "“see p. 4, below” cannot be the name of a field"},
		{"((" + strings.Repeat("n", 101) + "))", 0, 1, "too long"},
		{"((\xff))", 0, 1, "cannot be the name"},
	} {
		_, err := Parse(c.text)
		var e *Error
		if !errors.As(err, &e) || len(e.Mistakes) != 1 {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if m := e.Mistakes[0]; m.Offset != c.offset || m.Line != c.line || !strings.Contains(m.Sentence, c.words) || !utf8.ValidString(m.Sentence) {
			t.Errorf("%q: %+v, want %q at %d", c.text, m, c.words, c.offset)
		}
	}
	_, err := Parse(strings.Repeat("(()) ", 100))
	var e *Error
	if !errors.As(err, &e) || len(e.Mistakes) != maxMistakes {
		t.Errorf("a hundred mistakes: %v", err)
	}
}

func TestTimeIsLinear(t *testing.T) {
	for _, part := range []string{"(", "(( ", "((a ", "((a))", "((((a", "(()", ")) ((", "((a|", "((a??b "} {
		text := strings.Repeat(part, 4<<20/len(part))
		start := time.Now()
		if tm, err := Parse(text); err == nil {
			tm.Render(of())
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("4 MB of %q take %v", part, took)
		}
	}
}

func TestTextWithoutFieldsIsUntouched(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ReplaceAll(rapid.String().Draw(t, "text"), "((", "(")
		tm, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		got, missing := tm.Render(func(string) string { t.Fatal("was asked for a value"); return "" })
		if got != text || missing != nil {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

func TestTextAroundFieldsIsUntouched(t *testing.T) {
	plain := rapid.StringMatching(`[^()]{0,20}`)
	rapid.Check(t, func(t *rapid.T) {
		var text, want strings.Builder
		for range rapid.IntRange(0, 6).Draw(t, "fields") {
			before, value := plain.Draw(t, "before"), rapid.SampledFrom([]string{"", "Sam"}).Draw(t, "value")
			text.WriteString(before)
			want.WriteString(before)
			if value == "" {
				text.WriteString("((none|you))")
				value = "you"
			} else {
				text.WriteString("((Name))")
			}
			want.WriteString(value)
		}
		tm, err := Parse(text.String())
		if err != nil {
			t.Fatal(err)
		}
		if got, missing := tm.Render(of("name", "Sam")); got != want.String() || missing != nil {
			t.Fatalf("%q renders %q, want %q", text.String(), got, want.String())
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "((Name))", "((Name|you)) ((MM1??x))", "(((", "((a\n((b))", "(())", "((\xff))"} {
		f.Add(seed, "Sam")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		tm, err := Parse(text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || len(e.Mistakes) == 0 || e.Error() == "" {
				t.Fatalf("%q: %#v", text, err)
			}
			for _, m := range e.Mistakes {
				if !strings.HasPrefix(text[m.Offset:], "((") || m.Line < 1 || !utf8.ValidString(m.Sentence) {
					t.Fatalf("%q: %+v", text, m)
				}
			}
			return
		}
		got, missing := tm.Render(func(string) string { return value })
		if len(tm.Fields()) == 0 && (got != text || missing != nil) {
			t.Fatalf("%q became %q", text, got)
		}
		for _, m := range missing {
			if !slices.ContainsFunc(tm.Fields(), func(f string) bool { return Fold(f) == Fold(m) }) {
				t.Fatalf("%q: %q is missing and no field", text, m)
			}
		}
	})
}

// BenchmarkRender fills in what a school sends.
func BenchmarkRender(b *testing.B) {
	tm, err := Parse("Dear ((Parent|parent or carer)), ((Name)) of year ((Year group)) has a trip on Friday.((Coat?? Please send a coat.)) Hartwell Primary School")
	if err != nil {
		b.Fatal(err)
	}
	values := map[string]string{"parent": "Mrs Natarajan", "name": "Priya", "yeargroup": "4B", "coat": "yes"}
	value := func(field string) string { return values[field] }
	b.ReportAllocs()
	for b.Loop() {
		if text, missing := tm.Render(value); text == "" || missing != nil {
			b.Fatal(text, missing)
		}
	}
}
