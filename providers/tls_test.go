package providers_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"textdesk/providers"
)

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(hello)
	defer server.Close()
	server.Config.ErrorLog = nil
	client := newClient(t, 1)
	_, err := providers.Call(t.Context(), client, request(t, "POST", server.URL, "x", nil))
	if e := providers.AsError(err); e.Kind != providers.Temporary || !strings.Contains(e.Text, "certificate") {
		t.Errorf("unknown authority: %v", err)
	}

	client = newClient(t, 1)
	client.Transport.(*http.Transport).TLSClientConfig.RootCAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	for range 3 {
		r, err := providers.Call(t.Context(), client, request(t, "POST", server.URL, "x", nil))
		if err != nil || string(r.Body) != "POST x" {
			t.Errorf("%q, %v", r.Body, err)
		}
	}

	old := httptest.NewUnstartedServer(hello)
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	old.StartTLS()
	defer old.Close()
	_, err = providers.Call(t.Context(), newClient(t, 1), request(t, "POST", old.URL, "x", nil))
	if providers.AsError(err).Kind != providers.Temporary {
		t.Errorf("TLS 1.1: %v", err)
	}
}

func TestTLSBreaksAfterTheRequest(t *testing.T) {
	var seen atomic.Int64
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		seen.Add(1)
		panic(http.ErrAbortHandler)
	}))
	defer server.Close()
	client := newClient(t, 1)
	client.Transport.(*http.Transport).TLSClientConfig.RootCAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	_, err := providers.Call(t.Context(), client, request(t, "POST", server.URL, "x", nil))
	if providers.AsError(err).Kind != providers.Ambiguous || seen.Load() != 1 {
		t.Errorf("%v, seen %d times", err, seen.Load())
	}
}
