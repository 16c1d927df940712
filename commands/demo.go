package commands

import (
	"context"
	"fmt"
	"os"

	"textdesk/demo"
)

// useDemoDirectory points the configuration at a directory that is removed at
// the end.
func (in *invocation) useDemoDirectory() (remove func(), err error) {
	dir, err := os.MkdirTemp("", "textdesk-demo-")
	if err != nil {
		return nil, fmt.Errorf("make demo directory: %w", err)
	}
	in.config.data = dir
	return func() { _ = os.RemoveAll(dir) }, nil
}

// fillDemo fills the desk and returns the banner for its pages.
func (in *invocation) fillDemo(ctx context.Context, o *opened) (string, error) {
	if in.opts.demoSize < 0 || in.opts.demoSize > 20_000_000 {
		return "", fmt.Errorf("the demonstration has 0 to 20,000,000 messages, not %d", in.opts.demoSize)
	}
	if err := demo.Fill(ctx, o.desk, o.store, in.opts.demoSize); err != nil {
		return "", err
	}
	fmt.Fprintf(in.Out, "This is a demonstration: sign in as %s with the password %s\n", demo.Username, demo.Password)
	return "Demonstration: no text leaves this desk, and everything is gone when it stops.", nil
}
