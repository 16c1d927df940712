package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encoding is how the characters of a CSV file are written.
type Encoding string

// The encodings that are read. The bytes of Latin9 are those of Windows-1252 but
// for eight, and for 32 that it does not use. So it is guessed only of a file
// with its euro sign and none of those 32; of others somebody has to say so.
const (
	UTF8        Encoding = "UTF-8"
	UTF16LE     Encoding = "UTF-16LE"
	UTF16BE     Encoding = "UTF-16BE"
	Windows1252 Encoding = "Windows-1252"
	Latin9      Encoding = "ISO-8859-15"
)

// Encodings are all of them, the likeliest first.
var Encodings = []Encoding{UTF8, Windows1252, Latin9, UTF16LE, UTF16BE}

// headSize is how much of a file is looked at to see what it is, in bytes.
const headSize = 4096

// kindOf tells the format by how the file begins. Its name says nothing: people
// rename files.
func kindOf(r io.ReaderAt, size int64) (Kind, error) {
	head := make([]byte, min(size, headSize))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read file: %w", err)
	}
	begins := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n"))
	switch {
	case len(head) == 0:
		return "", problem("This file is empty.")
	case begins("PK\x03\x04"):
		return XLSX, nil
	case begins("PK\x05\x06"):
		return "", problem("This is an empty ZIP file, not a spreadsheet.")
	case begins("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"):
		return "", oldOffice(r, size)
	case begins("\x89PNG"), begins("\xFF\xD8\xFF"), begins("GIF8"), begins("BM") && bytes.IndexByte(head, 0) >= 0, begins("RIFF"):
		return "", problem("This file is a picture, not a spreadsheet, whatever its name says. Choose a CSV or Excel file.")
	case begins("%PDF"):
		return "", problem("This is a PDF, not a spreadsheet. Save the table as CSV or Excel (.xlsx) in the program that made it.")
	case begins("\x1F\x8B"), begins("7z\xBC\xAF"), begins("Rar!"):
		return "", problem("This file is packed. Unpack it first, then choose the spreadsheet that was in it.")
	case begins("{\\rtf"):
		return "", problem("This is a text document, not a spreadsheet. Save the table as CSV or Excel (.xlsx).")
	case bytes.HasPrefix(text, []byte("<!doctype")), bytes.HasPrefix(text, []byte("<html")), bytes.HasPrefix(text, []byte("<table")), bytes.HasPrefix(text, []byte("<?xml")):
		return "", problem("This file is a web page inside, whatever its name says. Open it in Excel, and save it as an Excel workbook (.xlsx).")
	}
	return CSV, nil
}

// oldOffice says what a file in the container of old Office versions is. Excel
// wraps a workbook with a password in it, too.
func oldOffice(r io.ReaderAt, size int64) *Problem {
	whole := bufferedText(io.NewSectionReader(r, 0, min(size, MaxBytes)))
	wide := func(s string) []byte {
		var b []byte
		for _, c := range []byte(s) {
			b = append(b, c, 0)
		}
		return b
	}
	if whole.has(wide("EncryptedPackage")) {
		return problem("This workbook is protected with a password. Open it in Excel, take the password off (File, Info, Protect Workbook), and save it.")
	}
	return problem("This file is in Excel's old format (.xls). Open it in Excel, and save it as an Excel workbook (.xlsx) or CSV.")
}

type searched struct{ r io.Reader }

func bufferedText(r io.Reader) searched { return searched{r} }

// has reports whether the bytes hold the words, in memory that stays flat.
func (s searched) has(words []byte) bool {
	block := make([]byte, 64<<10)
	kept := 0
	for {
		n, err := s.r.Read(block[kept:])
		if bytes.Contains(block[:kept+n], words) {
			return true
		}
		if err != nil {
			return false
		}
		tail := min(len(words)-1, kept+n)
		copy(block, block[kept+n-tail:kept+n])
		kept = tail
	}
}

// encodingOf finds out the encoding: by its mark, by the zeros that UTF-16 has
// in every other place, or else UTF-8 if all of the file is that. Anything can
// be Windows-1252, so that comes last. plain says that it is UTF-8 without a
// mark, which can be read as it is.
func encodingOf(r io.ReaderAt, size int64) (e Encoding, plain bool, err error) {
	in := io.NewSectionReader(r, 0, size)
	block := make([]byte, 256<<10)
	n, err := io.ReadFull(in, block)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return "", false, fmt.Errorf("read file: %w", err)
	}
	head := block[:min(n, headSize)]
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		return UTF8, false, nil
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		return UTF16LE, false, nil
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return UTF16BE, false, nil
	}
	if wide := zeros(head); wide != "" {
		return wide, false, nil
	}
	kept := 0 // bytes at the start of block that may begin a character
	for {
		text := block[:kept+n]
		cut := len(text)
		for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
			if b := text[len(text)-back]; utf8.RuneStart(b) {
				if !utf8.FullRune(text[len(text)-back:]) {
					cut = len(text) - back
				}
				break
			}
		}
		if !utf8.Valid(text[:cut]) {
			e, err := singleByte(r, size)
			return e, false, err
		}
		kept = copy(block, text[cut:])
		if n, err = in.Read(block[kept:]); n == 0 {
			break
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, fmt.Errorf("read file: %w", err)
	}
	if kept > 0 { // it ends within a character
		e, err := singleByte(r, size)
		return e, false, err
	}
	return UTF8, true, nil
}

// singleByte tells the encodings apart that have a byte for each character. The
// euro sign of Latin9 is in Windows-1252 the sign of any currency, which nobody
// writes, and hardly a text from Windows is without quotation marks and dashes
// of those that Latin9 does not have.
func singleByte(r io.ReaderAt, size int64) (Encoding, error) {
	in := io.NewSectionReader(r, 0, size)
	block := make([]byte, 64<<10)
	for euro := false; ; {
		n, err := in.Read(block)
		for _, b := range block[:n] {
			if b >= 0x80 && b < 0xA0 {
				return Windows1252, nil
			}
			euro = euro || b == 0xA4
		}
		switch {
		case errors.Is(err, io.EOF) && euro:
			return Latin9, nil
		case errors.Is(err, io.EOF):
			return Windows1252, nil
		case err != nil:
			return "", fmt.Errorf("read file: %w", err)
		}
	}
}

// zeros recognises UTF-16 without its mark: separators, digits and line ends
// are ASCII in every language, so that a quarter at least of the high bytes are
// zero and hardly any of the low ones.
func zeros(head []byte) Encoding {
	var at [2]int
	for i, b := range head {
		if b == 0 {
			at[i%2]++
		}
	}
	places := len(head) / 2
	switch {
	case places == 0:
	case at[1]*4 >= places && at[0]*20 <= places:
		return UTF16LE
	case at[0]*4 >= places && at[1]*20 <= places:
		return UTF16BE
	}
	return ""
}

// decoded reads the file as UTF-8, without its mark. What is no character of
// the encoding becomes U+FFFD.
func decoded(r io.ReaderAt, size int64, e Encoding) io.Reader {
	in := io.NewSectionReader(r, 0, size)
	switch e {
	case UTF16LE:
		return transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case UTF16BE:
		return transform.NewReader(in, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder())
	case Windows1252:
		return transform.NewReader(in, charmap.Windows1252.NewDecoder())
	case Latin9:
		return transform.NewReader(in, charmap.ISO8859_15.NewDecoder())
	}
	return transform.NewReader(in, unicode.UTF8BOM.NewDecoder())
}
