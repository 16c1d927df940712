package sheet_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"textdesk/sheet"
)

func dateAfter1970(days int) string {
	return time.Unix(0, 0).UTC().AddDate(0, 0, days).Format("02/01/2006")
}

// What Excel itself shows.
func TestFormats(t *testing.T) {
	const birthday = 42158 // 3 June 2015, a Wednesday
	for _, c := range []struct {
		code  string
		value any
		want  string
	}{
		{"dd/mm/yyyy", birthday, "03/06/2015"}, {"d.m.yy", birthday, "3.6.15"}, {"dddd d mmmm yyyy", birthday, "Wednesday 3 June 2015"}, {"ddd, mmm-yy", birthday, "Wed, Jun-15"},
		{"mmmmm", birthday, "J"}, {"[$-407]d. mmmm yyyy", birthday, "3. Juni 2015"}, {"[$-809]dd mmmm yyyy;@", birthday, "03 June 2015"}, {"[$-452]dddd", birthday, "Dydd Mercher"},
		{"[$-40C]d mmm yyyy", birthday, "3 juin 2015"}, {"[$-F800]dddd, mmmm dd, yyyy", birthday, "Wednesday, June 03, 2015"}, {"yyyy-mm-dd hh:mm", 42158.75, "2015-06-03 18:00"},
		{"h:mm AM/PM", 0.5, "12:00 PM"}, {"h:mm AM/PM", 0.0, "12:00 AM"}, {"hh:mm A/P", 0.75, "06:00 P"}, {"mm:ss.00", 0.0001, "00:08.64"}, {"[h]:mm:ss", 1.5, "36:00:00"}, {"[mm]:ss", 0.0625, "90:00"},
		{"h:mm:ss", 0.999999999, "0:00:00"}, {"dd/mm/yyyy", 1, "01/01/1900"}, {"dd/mm/yyyy", 60, "29/02/1900"}, {"dd/mm/yyyy", 61, "01/03/1900"}, {"bbbb", birthday, "2558"},
		{"yyyy\\-mm\\-dd\\Thh:mm:ss", 42158.25, "2015-06-03T06:00:00"}, {"dd/mm/yyyy", -1, "-1"}, {"d \"of\" mmmm", birthday, "3 of June"},
		{"0.00", 1.005, "1.01"}, {"0.00", -0.5, "-0.50"}, {"0", 0.5, "1"}, {"0", 2.5, "3"}, {"0.0", 9.96, "10.0"}, {"#.##", 0.5, ".5"}, {"#.##", 3, "3."}, {"00000", 42, "00042"}, {"#", 0, ""},
		{"#,##0", 1234567, "1,234,567"}, {"#,##0.00", -1234.5, "-1,234.50"}, {"#,##0,", 1234567, "1,235"}, {"0.0,,\" M\"", 1234567, "1.2 M"}, {"0%", 0.125, "13%"}, {"0.00%", 1, "100.00%"},
		{"£#,##0.00", 12.5, "£12.50"}, {"[$£-809]#,##0.00", 12.5, "£12.50"}, {"#,##0.00 [$€-407]", 12.5, "12.50 €"}, {"\"$\"#,##0_);(\"$\"#,##0)", -5, "($5)"}, {"_(* #,##0.00_)", 5, "5.00"},
		{"000-000", 123456, "123-456"}, {"(000) 000-0000", 1234, "(000) 000-1234"}, {"0.00E+00", 12345, "1.23E+04"}, {"0.00E+00", 0.00012345, "1.23E-04"}, {"##0.0E+0", 12345, "12.3E+3"}, {"0.0E-0", 99990, "1.0E5"},
		{"# ?/?", 2.5, "2 1/2"}, {"# ??/??", 0.333333, "1/3"}, {"# ?/8", 1.25, "1 2/8"}, {"?/?", 1.5, "3/2"}, {"# ?/?", 3, "3"},
		{"0;-0;\"none\"", 0, "none"}, {"0;(0)", -7, "(7)"}, {"[>=100]\"many\";[<0]\"owed\";0", 250, "many"}, {"[>=100]\"many\";[<0]\"owed\";0", -3, "owed"}, {"[>=100]\"many\";[<0]\"owed\";0", 5, "5"},
		{"[Red]0.0", 1, "1.0"}, {"General", 0.1 + 0.2, "0.3"}, {"General\" kg\"", 12, "12 kg"}, {"\"yes\";\"no\"", -1, "no"}, {"@", "as it is", "as it is"}, {"0;0;0;\"Class \"@", "7B", "Class 7B"}, {";;;", "secret", ""},
		{"0.00", "words", "words"}, {"dd/mm/yyyy", true, "TRUE"}, {"0.00E+00", 447700900123, "447700900123"}, {"[nonsense", 5, "5"}, {"0 0 0", 123, "1 2 3"}, {"0.0#", 1.5, "1.5"}, {"0.0#", 1.25, "1.25"},
	} {
		if got := shown(t, c.code, c.value); got != c.want {
			t.Errorf("%v as %s is shown as %q, want %q", c.value, c.code, got, c.want)
		}
	}
}

// The short date is the country's; the workbook only says that it is one.
func TestShortDates(t *testing.T) {
	for country, want := range map[string]string{"GB": "03/06/2015", "": "03/06/2015", "US": "06/03/2015", "DE": "03.06.2015", "SE": "2015-06-03"} {
		file := workbook(t, func(f *excelize.File, check func(error)) {
			id, err := f.NewStyle(&excelize.Style{NumFmt: 14})
			check(err)
			check(f.SetCellValue("Sheet1", "A1", 42158))
			check(f.SetCellStyle("Sheet1", "A1", "A1", id))
		})
		s, err := openBytes(file, sheet.Options{Header: sheet.NoHeader, Country: country})
		must(t, err)
		if got := s.Sample[0].Cells[0]; got != want {
			t.Errorf("in %q it is %s, want %s", country, got, want)
		}
		must(t, s.Close())
	}
}

// 1904 is where workbooks of old Macs begin to count.
func TestDatesFrom1904(t *testing.T) {
	file := workbook(t, func(f *excelize.File, check func(error)) {
		check(f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: new(true)}))
		code := "dd/mm/yyyy"
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		check(err)
		check(f.SetCellValue("Sheet1", "A1", 40696))
		check(f.SetCellStyle("Sheet1", "A1", "A1", id))
	})
	if got := readAll(t, file); len(got) != 1 || got[0] != "1: 03/06/2015" {
		t.Errorf("read as %v", got)
	}
}

// shown is what a cell shows by a format.
func shown(t testing.TB, code string, value any) string {
	t.Helper()
	return strings.TrimPrefix(strings.Join(readAll(t, formatted(t, code, value)), ""), "1: ")
}

func formatted(t testing.TB, code string, value any) []byte {
	t.Helper()
	return workbook(t, func(f *excelize.File, check func(error)) {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		check(err)
		check(f.SetCellValue("Sheet1", "A1", value))
		check(f.SetCellStyle("Sheet1", "A1", "A1", id))
	})
}

// Numbers are shown as the library shows them, by the formats that it knows well.
func TestFormatsAsTheLibraryDoes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		code := rapid.SampledFrom([]string{"0", "0.0", "0.00", "#,##0", "#,##0.00", "0%", "0.00%", "00000", "\"£\"#,##0.00", "0.00;(0.00)", "[$-809]dd mmmm yyyy", "dd/mm/yyyy", "yyyy-mm-dd hh:mm:ss", "d mmm yy", "h:mm AM/PM", "[h]:mm:ss",
			"dddd", "[$-407]dddd, d. mmmm", "mm:ss", "0.00\" kg\""}).Draw(r, "code")
		n := float64(rapid.IntRange(0, 90_000_000).Draw(r, "value"))/1000 + 61 // a thousandth is never half of what is shown
		if strings.ContainsAny(code, "hs") {
			n = math.Floor(n) + float64(rapid.IntRange(0, 86_399).Draw(r, "second"))/86_400
		} else if n = math.Floor(n*1000)/1000 + 0.0003; strings.HasPrefix(code, "0.00;") && rapid.Bool().Draw(r, "negative") {
			n = -n
		}
		file := formatted(t, code, n)
		want, got := strings.Join(libraryReads(r, file), ""), strings.Join(readAll(r, file), "")
		if want != got {
			r.Fatalf("%s as %s: the library shows %q, we %q", strconv.FormatFloat(n, 'f', -1, 64), code, want, got)
		}
	})
}

// No format, and no number, makes the reader fall over or write without end.
func FuzzFormat(f *testing.F) {
	for _, code := range []string{"dd/mm/yyyy", "#,##0.00;[Red](0.0%)", "[>=1]# ??/??;0.0E+00", "[h]:mm:ss.000", "\"", "[$-", "\\", "0,,,,", "General;@;;", "AM/PM", "0/0/0", "E+E+0", "0.0.0"} {
		f.Add(code, 42158.75)
		f.Add(code, -1e300)
	}
	f.Fuzz(func(t *testing.T, code string, n float64) {
		if len(code) > 200 {
			return
		}
		shown := sheet.Shown(code, n)
		if len(shown) > 2000 {
			t.Errorf("%v as %q is %d bytes long", n, code, len(shown))
		}
		_ = fmt.Sprint(shown)
	})
}
