// Package docs holds the guides: short pages in Markdown for the people who text
// and for administrators, with pictures that the browser tests make. The desk
// serves them under Help.
package docs

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

//go:embed user/*.md admin/*.md images/*.webp
var files embed.FS

// Page is one page of a guide.
type Page struct {
	// Guide is "user" or "admin", Slug the page's name in the address.
	Guide, Slug string
	// Title is its first heading; Intro the paragraph below it.
	Title, Intro string
	html         string
}

// Path is where the desk serves it.
func (p Page) Path() string { return "/help/" + p.Guide + "/" + p.Slug }

// HTML is the page below its first heading, with addresses below the base of the
// desk, "" or "/sms".
func (p Page) HTML(base string) string {
	return strings.ReplaceAll(p.html, `="`+atBase+`/`, `="`+base+`/`)
}

// atBase stands for the desk's base in what is rendered once.
const atBase = "~"

// The order of the guides' pages.
var (
	userPages  = []string{"first-steps", "sending", "sending-to-many", "contacts", "import", "replies", "opt-outs", "reports", "credits", "account"}
	adminPages = []string{"installing", "proxy", "first-start", "providers", "users", "numbers", "opt-outs", "settings", "backups", "upgrading", "privacy", "programs", "troubleshooting"}
)

// Guides returns the pages of both guides in their order. They are rendered
// once.
var Guides = sync.OnceValues(func() (user, admin []Page) {
	return rendered("user", userPages), rendered("admin", adminPages)
})

// Find returns a page.
func Find(guide, slug string) (Page, bool) {
	user, admin := Guides()
	for _, p := range append(user, admin...) {
		if p.Guide == guide && p.Slug == slug {
			return p, true
		}
	}
	return Page{}, false
}

// Image returns a picture of the guides, a WebP file.
func Image(name string) ([]byte, bool) {
	if path.Ext(name) != ".webp" || strings.Contains(name, "/") {
		return nil, false
	}
	image, err := files.ReadFile("images/" + name)
	return image, err == nil
}

func rendered(guide string, slugs []string) []Page {
	// What the guides write as HTML is left out: their text is text.
	md := goldmark.New(goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone))),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	var pages []Page
	for _, slug := range slugs {
		source, err := files.ReadFile(guide + "/" + slug + ".md")
		if err != nil {
			panic("docs: " + err.Error()) // only a programmer can cause it
		}
		p := Page{Guide: guide, Slug: slug}
		doc := md.Parser().Parse(text.NewReader(source))
		head := doc.FirstChild()
		if h, ok := head.(*ast.Heading); !ok || h.Level != 1 {
			panic("docs: " + p.Path() + " does not begin with its title")
		}
		p.Title = words(head, source)
		if next := head.NextSibling(); next != nil {
			p.Intro = words(next, source)
		}
		doc.RemoveChild(doc, head)
		if err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			switch n := n.(type) {
			case *ast.Link:
				n.Destination = []byte(address(guide, string(n.Destination)))
			case *ast.Image:
				n.Destination = []byte(atBase + "/help/images/" + path.Base(string(n.Destination)))
			}
			return ast.WalkContinue, nil
		}); err != nil {
			panic("docs: " + err.Error())
		}
		var out bytes.Buffer
		if err := md.Renderer().Render(&out, source, doc); err != nil {
			panic(fmt.Sprintf("docs: render %s: %v", p.Path(), err))
		}
		// What scrolls sideways on a telephone must be reached with the keyboard.
		p.html = strings.ReplaceAll(out.String(), "<pre>", `<pre tabindex="0">`)
		pages = append(pages, p)
	}
	return pages
}

// address is where a link of a page leads: to another page of the guides as the
// files name it, "../admin/users.md", or to a page of the desk, "/outbox".
func address(guide, to string) string {
	if strings.HasPrefix(to, "/") {
		return atBase + to
	}
	file, anchor, hasAnchor := strings.Cut(to, "#")
	if !strings.HasSuffix(file, ".md") || strings.Contains(file, "://") {
		return to
	}
	to = atBase + "/help" + strings.TrimSuffix(path.Join("/", guide, file), ".md")
	if hasAnchor {
		to += "#" + anchor
	}
	return to
}

// words is the plain text of a node.
func words(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(n.Segment.Value(source))
				if n.SoftLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *ast.String:
			if entering {
				b.Write(n.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
