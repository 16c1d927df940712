package mailtest

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
)

// Subject is what stands above the e-mail, decoded.
func (m Mail) Subject() string {
	msg, err := netmail.ReadMessage(strings.NewReader(m.Text))
	if err != nil {
		return ""
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil {
		return ""
	}
	return subject
}

// Part is the first part of a kind, "text/csv", decoded, and the name of its
// file; "" where there is none.
func (m Mail) Part(kind string) (content, name string) {
	msg, err := netmail.ReadMessage(strings.NewReader(m.Text))
	if err != nil {
		return "", ""
	}
	return find(kind, msg.Header.Get("Content-Type"), msg.Header.Get("Content-Transfer-Encoding"), "", msg.Body)
}

func find(kind, contentType, encoding, name string, body io.Reader) (string, string) {
	is, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return "", ""
	}
	if strings.HasPrefix(is, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return "", ""
			}
			if content, name := find(kind, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p.FileName(), p); content != "" || name != "" {
				return content, name
			}
		}
	}
	if is != kind {
		return "", ""
	}
	switch strings.ToLower(encoding) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return "", ""
	}
	return string(content), name
}
