// Package static holds what browsers fetch besides pages: style sheets, one
// small script, the icon sprite, the font and the vendored htmx. Everything is
// embedded, fingerprinted and compressed once, when the program starts.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
)

//go:embed css fonts vendor icons.svg favicon.svg app.js inbox.js
var files embed.FS

// sheets are joined in this order into app.css. The order matters little,
// because each file names its cascade layer.
var sheets = []string{"tokens", "base", "shell", "forms", "controls", "data", "phone", "pages", "imports", "inbox"}

type asset struct {
	body, zipped      []byte
	fingerprint, mime string
}

var assets = load()

// Path returns the address of a file below the static root with its
// fingerprint, "app.css?v=0123456789". It panics on a name that does not exist,
// because only a programmer can cause that.
func Path(name string) string {
	a, ok := assets[name]
	if !ok {
		panic("static: no file is called " + name)
	}
	return name + "?v=" + a.fingerprint
}

// Handler serves the files. It looks only at what follows the last "/static/"
// of the address, so it can be mounted under any sub-path without stripping.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		name := r.URL.Path
		if i := strings.LastIndex(name, "/static/"); i >= 0 {
			name = name[i+len("/static/"):]
		}
		a, ok := assets[strings.TrimPrefix(name, "/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		a.serve(w, r)
	})
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.mime)
	h.Set("X-Content-Type-Options", "nosniff")
	if r.URL.Query().Get("v") == a.fingerprint {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	body, tag := a.body, a.fingerprint
	if a.zipped != nil {
		h.Add("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			body, tag = a.zipped, tag+"-gz"
			h.Set("Content-Encoding", "gzip")
		}
	}
	etag := `"` + tag + `"`
	h.Set("ETag", etag)
	if match := r.Header.Get("If-None-Match"); match != "" && strings.Contains(match, etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
}

func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(part, ";")
		if strings.TrimSpace(coding) != "gzip" {
			continue
		}
		q, found := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		if !found {
			return true
		}
		weight, err := strconv.ParseFloat(q, 64)
		return err == nil && weight > 0
	}
	return false
}

var mimes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
}

// load reads every file once. The style sheet comes last, because it names the
// fingerprint of the font.
func load() map[string]asset {
	all := map[string]asset{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		mime, ok := mimes[path.Ext(name)]
		if !ok || path.Ext(name) == ".css" {
			return nil
		}
		body, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		all[name] = newAsset(body, mime)
		return nil
	})
	if err != nil {
		panic(fmt.Errorf("read embedded files: %w", err))
	}
	all["app.css"] = newAsset(joinSheets(all), mimes[".css"])
	return all
}

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssIndent  = regexp.MustCompile(`\n\s+`)
	cssURL     = regexp.MustCompile(`url\("([^"]+)"\)`)
)

func joinSheets(all map[string]asset) []byte {
	var out bytes.Buffer
	for _, name := range sheets {
		body, err := files.ReadFile("css/" + name + ".css")
		if err != nil {
			panic(fmt.Errorf("read style sheet: %w", err))
		}
		out.Write(body)
	}
	css := cssIndent.ReplaceAll(cssComment.ReplaceAll(out.Bytes(), nil), []byte("\n"))
	return cssURL.ReplaceAllFunc(css, func(m []byte) []byte {
		name := string(cssURL.FindSubmatch(m)[1])
		a, ok := all[name]
		if !ok {
			panic("static: a style sheet names the missing file " + name)
		}
		return []byte(`url("` + name + "?v=" + a.fingerprint + `")`)
	})
}

func newAsset(body []byte, mime string) asset {
	sum := sha256.Sum256(body)
	a := asset{body: body, fingerprint: hex.EncodeToString(sum[:])[:10], mime: mime}
	if mime != mimes[".woff2"] {
		var zipped bytes.Buffer
		z, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
		_, _ = z.Write(body)
		_ = z.Close()
		a.zipped = zipped.Bytes()
	}
	return a
}
