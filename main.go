// Textdesk is a self-hosted SMS desk for offices.
package main

import (
	"context"
	"os"
	_ "time/tzdata" // zones on machines that have none

	"textdesk/commands"
)

func main() {
	os.Exit(commands.Run(context.Background(), os.Args[1:], commands.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
