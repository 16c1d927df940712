package handlers

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"textdesk/docs"
	"textdesk/views"
	"textdesk/views/ui"
)

// help is the contents of the guides: one for all, one for administrators.
func (v *visit) help() error {
	page, err := v.page("Help", "/help")
	if err != nil {
		return err
	}
	page.Width = ui.Narrow
	user, admin := docs.Guides()
	if !v.actor.Admin() {
		admin = nil
	}
	return render(v.Context, http.StatusOK, views.Help(page, guidePages(user), guidePages(admin)))
}

func (v *visit) userGuide() error  { return v.guide("user", "Guide") }
func (v *visit) adminGuide() error { return v.guide("admin", "Administrator’s guide") }

// guide is one page of a guide.
func (v *visit) guide(guide, name string) error {
	found, ok := docs.Find(guide, v.Param("page"))
	if !ok {
		return echo.ErrNotFound
	}
	page, err := v.page(found.Title, "/help")
	if err != nil {
		return err
	}
	all, admin := docs.Guides()
	if guide == "admin" {
		all = admin
	}
	base := strings.TrimRight(link(v.Request().Context(), "/"), "/")
	return render(v.Context, http.StatusOK, views.GuidePage(page, views.Guide{Name: name, Title: found.Title, Path: found.Path(), HTML: found.HTML(base), Pages: guidePages(all)}))
}

func guidePages(of []docs.Page) []views.GuideLink {
	var pages []views.GuideLink
	for _, p := range of {
		pages = append(pages, views.GuideLink{Path: p.Path(), Title: p.Title, Intro: p.Intro})
	}
	return pages
}

// helpImage is a picture of the guides.
func (v *visit) helpImage() error {
	image, ok := docs.Image(v.Param("image"))
	if !ok {
		return echo.ErrNotFound
	}
	h := v.Response().Header()
	h.Set("Content-Type", "image/webp")
	h.Set("Cache-Control", "private, max-age=86400")
	http.ServeContent(v.Response(), v.Request(), "", time.Time{}, bytes.NewReader(image))
	return nil
}
