package door

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	// smallBody is how much of a body the server reads by itself that nobody has
	// read, in bytes.
	smallBody = 256 << 10
	// readOnLimit and readOnTime bound what is read after the answer.
	readOnLimit = 256 << 20
	readOnTime  = 30 * time.Second
)

// answer writes a short answer. Many programs look for it only when they have
// sent all of theirs, and would find the connection broken instead: what nobody
// has read of a large body is read after the answer, and thrown away.
func answer(c echo.Context, status int, text string) error {
	r, control := c.Request(), http.NewResponseController(c.Response())
	if r.ContentLength <= smallBody || r.ContentLength > readOnLimit || control.EnableFullDuplex() != nil {
		return c.Blob(status, ContentType, []byte(text))
	}
	h := c.Response().Header()
	if r.ContentLength > BodyLimit {
		h.Set("Connection", "close") // a caller who does read already need not send the rest
	}
	h.Set("Content-Length", strconv.Itoa(len(text)))
	if err := c.Blob(status, ContentType, []byte(text)); err != nil {
		return err
	}
	if control.Flush() != nil {
		return nil // they are gone
	}
	_ = control.SetReadDeadline(time.Now().Add(readOnTime))
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, readOnLimit))
	return nil
}
