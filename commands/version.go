package commands

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// Version is set by the build: -ldflags "-X textdesk/commands.Version=1.2.0".
var Version = "dev"

func version(_ context.Context, in *invocation) error {
	fmt.Fprintf(in.Out, "textdesk %s, commit %s, %s\n", Version, commit(), runtime.Version())
	return nil
}

// Commit is set by the build where Go does not record it.
var Commit = ""

func commit() string {
	if Commit != "" {
		return Commit
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return s.Value[:12]
			}
		}
	}
	return "unknown"
}
