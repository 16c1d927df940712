// Package fastsmsapi is the door for scripts that speak the FastSMS HTTP API.
package fastsmsapi

import (
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"

	"textdesk/desk"
)

// Config is what the door is made of.
type Config struct {
	Desk *desk.Desk
	Log  *slog.Logger
}

// API answers /api.
type API struct{ Config }

// New makes the door.
func New(c Config) *API { return &API{c} }

// Serve answers one call.
func (a *API) Serve(c echo.Context) error { return c.String(http.StatusOK, "-502") }
