package commands

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"

	"textdesk/desk"
)

// support prints what somebody who helps from afar needs, and nothing of the
// people in the desk.
func support(ctx context.Context, in *invocation) error {
	return in.withDesk(ctx, func(d *desk.Desk) error {
		r, err := d.Support(ctx, desk.CommandLine())
		if err != nil {
			return err
		}
		text, err := json.MarshalIndent(struct {
			Textdesk string `json:"textdesk"`
			Commit   string `json:"commit"`
			Go       string `json:"go"`
			System   string `json:"system"`
			CPUs     int    `json:"cpus"`
			desk.SupportReport
		}{Version, commit(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, runtime.NumCPU(), r}, "", "  ")
		if err != nil {
			return fmt.Errorf("encode report: %w", err)
		}
		_, err = fmt.Fprintf(in.Out, "%s\n", text)
		return err
	})
}
