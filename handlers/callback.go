package handlers

import (
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
)

// callbackLimit is the largest callback that is taken, in bytes.
const callbackLimit = 1 << 20

// readCallback keeps the request as it came, for the store.
func readCallback(c echo.Context, now time.Time) (desk.Callback, error) {
	r := c.Request()
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, callbackLimit))
	if err != nil {
		return desk.Callback{}, echo.NewHTTPError(http.StatusRequestEntityTooLarge, "The callback is too large or was cut off.")
	}
	return desk.Callback{Method: r.Method, Path: c.Param("*"), Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: body, ReceivedAt: now}, nil
}
