package sheet

import (
	"archive/zip"
	"strings"
)

// readFormats returns the format of each style of cells, nil where a style shows
// what a cell keeps.
func readFormats(parts *zip.Reader, part, shortDate string) ([]*format, error) {
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if part == "" {
		return nil, nil
	}
	if err := decodePart(parts, part, &styles); err != nil {
		return nil, err
	}
	codes := map[int]string{}
	for _, f := range styles.Formats {
		if _, twice := codes[f.ID]; !twice {
			codes[f.ID] = f.Code
		}
	}
	parsed := map[int]*format{}
	formats := make([]*format, len(styles.Cells))
	for i, c := range styles.Cells {
		f, known := parsed[c.Format]
		if !known {
			code, ok := codes[c.Format]
			if !ok {
				code = strings.ReplaceAll(builtIn(c.Format), "{date}", shortDate)
			}
			if one := parseFormat(code); code != "" && !(one.plain() && one.text == nil) {
				f = &one
			}
			parsed[c.Format] = f
		}
		formats[i] = f
	}
	return formats, nil
}

// builtIn is the code of a format that workbooks have by number alone: {date} is
// a short date as the country writes it.
func builtIn(id int) string {
	switch {
	case id >= 27 && id <= 31, id == 36, id >= 50 && id <= 58:
		return "{date}"
	case id >= 32 && id <= 35:
		return "h:mm:ss"
	}
	return builtInFormats[id]
}

var builtInFormats = map[int]string{
	1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
	5: "#,##0;-#,##0", 6: "#,##0;-#,##0", 7: "#,##0.00;-#,##0.00", 8: "#,##0.00;-#,##0.00", // of money, in a currency that is not said
	9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
	14: "{date}", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "hh:mm", 21: "hh:mm:ss", 22: "{date} hh:mm",
	37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)",
	41: `#,##0;-#,##0;"-"`, 42: `#,##0;-#,##0;"-"`, 43: `#,##0.00;-#,##0.00;"-"`, 44: `#,##0.00;-#,##0.00;"-"`,
	45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}

// shortDate is how the short date of a country is written; a workbook only says
// that it is one.
func shortDate(country string) string {
	switch country {
	case "US", "PH", "PW", "FM", "GU":
		return "mm/dd/yyyy"
	case "CA", "CN", "HU", "JP", "KR", "LT", "MN", "SE", "TW", "ZA":
		return "yyyy-mm-dd"
	case "AT", "BA", "BG", "BY", "CH", "CZ", "DE", "DK", "EE", "FI", "GE", "IS", "KZ", "LI", "LV", "ME", "MK", "NO", "PL", "RO", "RS", "RU", "SI", "SK", "TR", "UA":
		return "dd.mm.yyyy"
	case "NL":
		return "dd-mm-yyyy"
	}
	return "dd/mm/yyyy"
}
