package commands

import (
	"context"
	"fmt"
	"os"
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
	return "Demonstration: nothing here is real, and it is gone when the desk stops.", nil
}
