package handlers

import "github.com/labstack/echo/v4"

// Pages whose screens are being built.

func (v *visit) setupOrganisationForm() error  { return echo.ErrNotFound }
func (v *visit) setupOrganisation() error      { return echo.ErrNotFound }
func (v *visit) setupProviderForm() error      { return echo.ErrNotFound }
func (v *visit) setupProvider() error          { return echo.ErrNotFound }
func (v *visit) setupTextForm() error          { return echo.ErrNotFound }
func (v *visit) setupText() error              { return echo.ErrNotFound }
func (v *visit) setupDone() error              { return echo.ErrNotFound }
func (v *visit) setupDismiss() error           { return echo.ErrNotFound }
func (v *visit) sendForm() error               { return echo.ErrNotFound }
func (v *visit) send() error                   { return echo.ErrNotFound }
func (v *visit) sendCheck() error              { return echo.ErrNotFound }
func (v *visit) batch() error                  { return echo.ErrNotFound }
func (v *visit) batchLive() error              { return echo.ErrNotFound }
func (v *visit) stopForm() error               { return echo.ErrNotFound }
func (v *visit) stop() error                   { return echo.ErrNotFound }
func (v *visit) release() error                { return echo.ErrNotFound }
func (v *visit) account() error                { return echo.ErrNotFound }
func (v *visit) changePassword() error         { return echo.ErrNotFound }
func (v *visit) newToken() error               { return echo.ErrNotFound }
func (v *visit) revokeForm() error             { return echo.ErrNotFound }
func (v *visit) revoke() error                 { return echo.ErrNotFound }
func (v *visit) signOutElsewhere() error       { return echo.ErrNotFound }
func (v *visit) providers() error              { return echo.ErrNotFound }
func (v *visit) newProviderForm() error        { return echo.ErrNotFound }
func (v *visit) newProvider() error            { return echo.ErrNotFound }
func (v *visit) testProvider() error           { return echo.ErrNotFound }
func (v *visit) defaultProvider() error        { return echo.ErrNotFound }
func (v *visit) removeProviderForm() error     { return echo.ErrNotFound }
func (v *visit) removeProvider() error         { return echo.ErrNotFound }
func (v *visit) settings() error               { return echo.ErrNotFound }
func (v *visit) saveSettings() error           { return echo.ErrNotFound }
func (s *server) setupForm(echo.Context) error { return echo.ErrNotFound }
func (s *server) setup(echo.Context) error     { return echo.ErrNotFound }
