package sheet

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// xmlReader reads the parts of a workbook one mark at a time, in memory that
// stays flat. It knows as much of XML as workbooks are allowed: no document types
// and no entities of one's own. What it gives is valid until the next mark.
type xmlReader struct {
	in       io.Reader
	buf      []byte
	pos, end int
	ended    bool // in has no more
	data     bool // within CDATA
	closing  bool // the element that was begun has ended with the same tag

	// name is that of the element that begins or ends, without its prefix.
	name []byte
	// attrs are the attributes of the one that begins, as they are written.
	attrs []byte
	// text is a piece of text: one run may come in several.
	text []byte
	// plain: there is nothing to decode in text.
	plain bool
}

// xmlMark is what stands at a place of a part.
type xmlMark int

const (
	xmlEnd xmlMark = iota // of the part
	xmlOpens
	xmlCloses
	xmlText
)

const (
	xmlBlock = 64 << 10
	// longestMark is more than a tag of a workbook has, in bytes.
	longestMark = 1 << 20
	// longestEntity is more than "&#x10FFFF;" has.
	longestEntity = 16
)

func newXMLReader(in io.Reader) *xmlReader {
	return &xmlReader{in: in, buf: make([]byte, xmlBlock)}
}

// next goes to the next mark. Comments and instructions are passed over.
func (x *xmlReader) next() (xmlMark, error) {
	if x.closing {
		x.closing = false
		return xmlCloses, nil
	}
	for {
		if x.pos == x.end {
			if err := x.fill(); err != nil {
				return xmlEnd, err
			}
			if x.pos == x.end {
				return xmlEnd, nil
			}
		}
		if x.data {
			return x.characterData()
		}
		if x.buf[x.pos] != '<' {
			return x.characters()
		}
		switch skipped, err := x.skip(); {
		case err != nil:
			return xmlEnd, err
		case !skipped:
			return x.tag()
		}
	}
}

// fill reads more behind what is there.
func (x *xmlReader) fill() error {
	if x.ended {
		return nil
	}
	if x.pos > 0 {
		x.end = copy(x.buf, x.buf[x.pos:x.end])
		x.pos = 0
	}
	if x.end == len(x.buf) {
		if len(x.buf) >= longestMark {
			return errDamaged
		}
		x.buf = append(x.buf, make([]byte, len(x.buf))...)
	}
	n, err := x.in.Read(x.buf[x.end:])
	x.end += n
	if errors.Is(err, io.EOF) {
		x.ended = true
		return nil
	}
	return err
}

// more reads until there is more than n behind pos, and reports whether there is.
func (x *xmlReader) more(n int) (bool, error) {
	for x.end-x.pos <= n {
		if x.ended {
			return false, nil
		}
		if err := x.fill(); err != nil {
			return false, err
		}
	}
	return true, nil
}

// characters gives text up to the next tag, or as much of it as is there.
func (x *xmlReader) characters() (xmlMark, error) {
	there := x.buf[x.pos:x.end]
	if i := bytes.IndexByte(there, '<'); i >= 0 {
		there = there[:i]
	} else if !x.ended {
		// What may be cut in two waits for the rest.
		if i := bytes.LastIndexByte(there[max(0, len(there)-longestEntity):], '&'); i >= 0 {
			there = there[:max(0, len(there)-longestEntity)+i]
		} else if there[len(there)-1] == '\r' {
			there = there[:len(there)-1]
		}
		if len(there) == 0 {
			if _, err := x.more(x.end - x.pos); err != nil {
				return xmlEnd, err
			}
			return x.next()
		}
	}
	x.text, x.plain = there, bytes.IndexByte(there, '&') < 0 && bytes.IndexByte(there, '\r') < 0
	x.pos += len(there)
	return xmlText, nil
}

// characterData gives what stands in CDATA.
func (x *xmlReader) characterData() (xmlMark, error) {
	for {
		there := x.buf[x.pos:x.end]
		i := bytes.Index(there, []byte("]]>"))
		switch {
		case i == 0:
			x.pos += 3
			x.data = false
			return x.next()
		case i > 0:
			there = there[:i]
		case x.ended:
			return xmlEnd, errDamaged
		case len(there) <= 2:
			if _, err := x.more(len(there)); err != nil {
				return xmlEnd, err
			}
			continue
		default:
			there = there[:len(there)-2]
		}
		x.text, x.plain = there, true
		x.pos += len(there)
		return xmlText, nil
	}
}

// skip passes over what is not an element, and reports whether there was any.
func (x *xmlReader) skip() (bool, error) {
	if ok, err := x.more(1); err != nil || !ok {
		return false, errors.Join(err, damagedUnless(ok))
	}
	switch x.buf[x.pos+1] {
	case '?':
		return true, x.pass("?>")
	case '!':
		if ok, err := x.more(len("<![CDATA[") - 1); err != nil || !ok {
			return false, errors.Join(err, damagedUnless(ok))
		}
		switch {
		case bytes.HasPrefix(x.buf[x.pos:x.end], []byte("<!--")):
			x.pos += len("<!--")
			return true, x.pass("-->")
		case bytes.HasPrefix(x.buf[x.pos:x.end], []byte("<![CDATA[")):
			x.pos += len("<![CDATA[")
			x.data = true
			return true, nil
		}
		return false, errDamaged
	}
	return false, nil
}

func damagedUnless(ok bool) error {
	if ok {
		return nil
	}
	return errDamaged
}

// pass goes behind the next occurrence of a mark.
func (x *xmlReader) pass(mark string) error {
	for {
		if i := bytes.Index(x.buf[x.pos:x.end], []byte(mark)); i >= 0 {
			x.pos += i + len(mark)
			return nil
		}
		if x.ended {
			return errDamaged
		}
		x.pos = max(x.pos, x.end-len(mark)+1)
		if err := x.fill(); err != nil {
			return err
		}
	}
}

// tag reads a tag that begins or ends an element.
func (x *xmlReader) tag() (xmlMark, error) {
	quote := byte(0)
	for i := x.pos + 1; ; i++ {
		if i == x.end {
			at := i - x.pos
			if ok, err := x.more(at); err != nil || !ok {
				return xmlEnd, errors.Join(err, damagedUnless(ok))
			}
			i = x.pos + at
		}
		switch c := x.buf[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '<':
			return xmlEnd, errDamaged
		case c == '>':
			inside := x.buf[x.pos+1 : i]
			x.pos = i + 1
			return x.element(inside)
		}
	}
}

func (x *xmlReader) element(inside []byte) (xmlMark, error) {
	mark := xmlOpens
	if len(inside) > 0 && inside[0] == '/' {
		mark, inside = xmlCloses, inside[1:]
	} else if n := len(inside) - 1; n >= 0 && inside[n] == '/' {
		x.closing, inside = true, inside[:n]
	}
	end := 0
	for end < len(inside) && !isBlank(inside[end]) {
		end++
	}
	x.name, x.attrs = inside[:end], inside[end:]
	if i := bytes.IndexByte(x.name, ':'); i >= 0 {
		x.name = x.name[i+1:]
	}
	if len(x.name) == 0 {
		return xmlEnd, errDamaged
	}
	return mark, nil
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// nextAttr cuts the first attribute off others. name is nil behind the last, or
// where they are no attributes.
func nextAttr(attrs []byte) (name, value, rest []byte) {
	i := 0
	for i < len(attrs) && isBlank(attrs[i]) {
		i++
	}
	equal := bytes.IndexByte(attrs[i:], '=')
	if equal <= 0 {
		return nil, nil, nil
	}
	name, rest = bytes.TrimRight(attrs[i:i+equal], " \t\r\n"), bytes.TrimLeft(attrs[i+equal+1:], " \t\r\n")
	if len(rest) < 2 || rest[0] != '"' && rest[0] != '\'' {
		return nil, nil, nil
	}
	end := bytes.IndexByte(rest[1:], rest[0])
	if end < 0 {
		return nil, nil, nil
	}
	return name, rest[1 : 1+end], rest[2+end:]
}

// passElement goes behind the end of the element that has just begun.
func (x *xmlReader) passElement() error {
	for depth := 1; depth > 0; {
		mark, err := x.next()
		switch {
		case err != nil:
			return err
		case mark == xmlEnd:
			return errDamaged
		case mark == xmlOpens:
			depth++
		case mark == xmlCloses:
			depth--
		}
	}
	return nil
}

// appendText adds the piece of text to b, decoded.
func (x *xmlReader) appendText(b []byte) ([]byte, error) {
	if x.plain {
		return append(b, x.text...), nil
	}
	for text := x.text; ; {
		i := bytes.IndexAny(text, "&\r")
		if i < 0 {
			return append(b, text...), nil
		}
		b = append(b, text[:i]...)
		if text[i] == '\r' { // XML knows one end of lines
			if i+1 == len(text) || text[i+1] != '\n' {
				b = append(b, '\n')
			}
			text = text[i+1:]
			continue
		}
		end := bytes.IndexByte(text[i:], ';')
		if end < 0 {
			return b, errDamaged
		}
		r, ok := entity(text[i+1 : i+end])
		if !ok {
			return b, errDamaged
		}
		b, text = utf8.AppendRune(b, r), text[i+end+1:]
	}
}

// entity reads "amp", "#38" and "#x26".
func entity(name []byte) (rune, bool) {
	switch string(name) {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	base, digits := 10, string(name[1:])
	if name[1] == 'x' {
		base, digits = 16, string(name[2:])
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune {
		return 0, false
	}
	return rune(n), true
}
