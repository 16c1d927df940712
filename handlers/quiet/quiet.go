// Package quiet keeps one sentence of a library off standard error: the one in
// which github.com/VictoriaMetrics/metrics says, as any command starts, that the
// machine does not tell how much its programs wait for each other. It says so
// while its variables are set, before main and before anything of ours could
// ask; so this package imports next to nothing, by which Go sets it up first.
package quiet

import (
	"bytes"
	"io"
	"log"
)

var unasked = []byte("metrics: disable exposing PSI metrics")

func init() { log.SetOutput(but{log.Writer()}) }

// but writes every line except the unasked one.
type but struct{ out io.Writer }

func (b but) Write(line []byte) (int, error) {
	if bytes.Contains(line, unasked) {
		return len(line), nil
	}
	return b.out.Write(line)
}
