package mail

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// Brand is how an organisation's e-mails look.
type Brand struct {
	// Name is the organisation's, Accent its colour, "#7c2d6f" or "" for none.
	Name, Accent string
	// Logo is a PNG, nil for none; Width and Height are how large it is shown.
	Logo          []byte
	Width, Height int
}

// logoID names the logo within the e-mail.
const logoID = "logo.png"

// dress adds the words of an e-mail as the organisation looks, with the logo in
// the e-mail itself: nothing is fetched when it is read.
func (b *Brand) dress(msg *gomail.Msg, text string) error {
	msg.AddAlternativeString(gomail.TypeTextHTML, b.page(text))
	if b.Logo == nil {
		return nil
	}
	if err := msg.EmbedReader(logoID, bytes.NewReader(b.Logo), gomail.WithFileContentID("<"+logoID+">"), gomail.WithFileContentType("image/png")); err != nil {
		return fmt.Errorf("the logo: %w", err)
	}
	return nil
}

// page is the text as HTML. Its style stands in it because e-mail programs know
// no other.
func (b *Brand) page(text string) string {
	line := ""
	if b.Accent != "" {
		line = "border-top:4px solid " + html.EscapeString(b.Accent) + ";"
	}
	var p strings.Builder
	p.WriteString(`<!doctype html><html lang="en-GB"><head><meta charset="utf-8"></head><body style="margin:0;background:#fff;color:#222;font:16px/1.5 sans-serif">` +
		`<div style="max-width:36em;padding:24px;` + line + `">`)
	if b.Logo != nil {
		fmt.Fprintf(&p, `<p><img src="cid:%s" alt="%s" width="%d" height="%d"></p>`, logoID, html.EscapeString(b.Name), b.Width, b.Height)
	}
	for part := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		p.WriteString("<p>" + strings.ReplaceAll(linked(html.EscapeString(part)), "\n", "<br>") + "</p>")
	}
	p.WriteString("</div></body></html>")
	return p.String()
}

var webAddress = regexp.MustCompile(`https?://[^\s<>"]+`)

// linked makes links of the web addresses in text that is escaped already.
func linked(text string) string {
	return webAddress.ReplaceAllString(text, `<a href="$0">$0</a>`)
}
