package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestVendoredFilesMatchTheirChecksums(t *testing.T) {
	list, err := files.ReadFile("vendor/CHECKSUMS")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(list)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		want[name] = sum
	}
	entries, err := fs.ReadDir(files, "vendor")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "CHECKSUMS" {
			continue
		}
		body, err := files.ReadFile("vendor/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(body)
		if got := hex.EncodeToString(sum[:]); got != want[e.Name()] {
			t.Errorf("%s has checksum %s, CHECKSUMS says %q", e.Name(), got, want[e.Name()])
		}
	}
	const htmx = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
	if want["htmx.min.js"] != htmx {
		t.Errorf("htmx.min.js is listed as %q, want %s", want["htmx.min.js"], htmx)
	}
}

func TestHandler(t *testing.T) {
	get := func(method, target, encoding string) *http.Response {
		r := httptest.NewRequest(method, target, nil)
		r.Header.Set("Accept-Encoding", encoding)
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, r)
		return w.Result()
	}
	for _, tt := range []struct {
		name, method, target, encoding string
		status                         int
		mime, cache, coding            string
	}{
		{"fingerprinted", "GET", "/static/" + Path("app.css"), "gzip, br", 200, "text/css; charset=utf-8", "public, max-age=31536000, immutable", "gzip"},
		{"under a sub-path", "GET", "/sms/static/" + Path("icons.svg"), "", 200, "image/svg+xml", "public, max-age=31536000, immutable", ""},
		{"stale fingerprint", "GET", "/static/app.js?v=0000000000", "gzip;q=0", 200, "text/javascript; charset=utf-8", "no-cache", ""},
		{"font is not zipped", "GET", "/static/" + Path("fonts/inter-latin.woff2"), "gzip", 200, "font/woff2", "public, max-age=31536000, immutable", ""},
		{"missing", "GET", "/static/nothing.js", "", 404, "text/plain; charset=utf-8", "", ""},
		{"single sheets are not served", "GET", "/static/css/base.css", "", 404, "text/plain; charset=utf-8", "", ""},
		{"post", "POST", "/static/app.css", "", 405, "text/plain; charset=utf-8", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := get(tt.method, tt.target, tt.encoding)
			if res.StatusCode != tt.status {
				t.Errorf("status %d, want %d", res.StatusCode, tt.status)
			}
			for header, want := range map[string]string{"Content-Type": tt.mime, "Cache-Control": tt.cache, "Content-Encoding": tt.coding} {
				if got := res.Header.Get(header); got != want {
					t.Errorf("%s is %q, want %q", header, got, want)
				}
			}
		})
	}

	plain, _ := io.ReadAll(get("GET", "/static/app.css", "").Body)
	z, err := gzip.NewReader(get("GET", "/static/app.css", "gzip").Body)
	if err != nil {
		t.Fatal(err)
	}
	unzipped, _ := io.ReadAll(z)
	if !bytes.Equal(plain, unzipped) {
		t.Error("the zipped style sheet differs from the plain one")
	}

	r := httptest.NewRequest("GET", "/static/app.css", nil)
	r.Header.Set("If-None-Match", get("GET", "/static/app.css", "").Header.Get("ETag"))
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	if w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("revalidation answered %d with %d bytes, want 304 and none", w.Code, w.Body.Len())
	}
}

// An office may sit behind a slow line: the style sheet and the script stay small.
func TestSizes(t *testing.T) {
	for name, limit := range map[string]int{"app.css": 20 << 10, "app.js": 3 << 10, "inbox.js": 3 << 10, "icons.svg": 10 << 10} {
		if size := len(assets[name].zipped); size > limit {
			t.Errorf("%s is %d bytes zipped, want at most %d", name, size, limit)
		} else {
			t.Logf("%s: %d bytes zipped", name, size)
		}
	}
}

func TestBrand(t *testing.T) {
	if css, err := Brand("#0a5c5C"); err != nil || !strings.Contains(css, "--accent:#0a5c5C") {
		t.Errorf("Brand gave %q, %v", css, err)
	}
	for _, bad := range []string{"", "red", "#fff", "#12345g", "#123456;}body{display:none"} {
		if _, err := Brand(bad); err == nil {
			t.Errorf("Brand took %q", bad)
		}
	}
}
