package providers

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
)

// ErrTooLong is the cause of an error for an answer past its limit. Whoever asked
// for a report may ask for a shorter one.
var ErrTooLong = errors.New("the answer is past its limit")

func tooLong() *Error {
	return &Error{Kind: Ambiguous, Text: "the provider's answer was far too long to be one", Err: ErrTooLong}
}

// failure classifies an error of net/http.
func failure(err error, wrote bool) *Error {
	var (
		dns     *net.DNSError
		op      *net.OpError
		timeout interface{ Timeout() bool }
		late    = errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
			errors.As(err, &timeout) && timeout.Timeout()
	)
	e := &Error{Kind: Ambiguous, Err: cause(err)}
	if wrote {
		switch {
		case errors.Is(err, context.Canceled):
			e.Text = "the call was given up before the provider answered"
		case late:
			e.Text = "the provider did not answer in time"
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &op):
			e.Text = "the connection broke before the provider answered"
		default:
			e.Text = "the provider's answer could not be read"
		}
		return e
	}
	e.Kind = Temporary
	switch {
	case errors.Is(err, context.Canceled):
		e.Text = "the call was given up before anything was sent"
	case errors.As(err, &dns):
		e.Text = "the provider's address was not found"
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Text = "the provider refused the connection"
	case isTLS(err):
		e.Text = "the provider's certificate was not accepted"
	case late:
		e.Text = "no connection to the provider in time"
	default:
		e.Text = "no connection to the provider"
	}
	return e
}

func isTLS(err error) bool {
	var (
		verify *tls.CertificateVerificationError
		record tls.RecordHeaderError
		op     *net.OpError
	)
	return errors.As(err, &verify) || errors.As(err, &record) ||
		errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error") // a TLS alert
}

// cause picks out of a chain of errors the part that is safe to log. What
// net/http says on top of it may quote the URL (*url.Error) or the answer
// ("malformed HTTP response …").
func cause(err error) error {
	var (
		dns    *net.DNSError
		op     *net.OpError
		errno  syscall.Errno
		record tls.RecordHeaderError
		verify *tls.CertificateVerificationError
		host   x509.HostnameError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.As(err, &dns):
		return dns
	case errors.As(err, &record):
		return errors.New(record.Msg)
	case errors.As(err, &host):
		return host
	case errors.As(err, &verify):
		return verify
	case errors.As(err, &errno):
		if errors.As(err, &op) {
			return fmt.Errorf("%s %s: %w", op.Op, op.Net, errno)
		}
		return errno
	case errors.As(err, &op):
		return op
	case errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	case errors.Is(err, io.EOF):
		return io.EOF
	}
	return nil
}
