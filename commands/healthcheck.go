package commands

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// healthcheck asks the desk on this machine whether it can take work; for
// containers, which have no other client in them.
func healthcheck(ctx context.Context, in *invocation) error {
	host, port, err := net.SplitHostPort(in.config.listen)
	if err != nil {
		return fmt.Errorf("the address %q is not host:port", in.config.listen)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return errors.New("the desk does not answer")
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the desk is not ready: %s", resp.Status)
	}
	return nil
}
