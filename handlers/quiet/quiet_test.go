package quiet

import (
	"bytes"
	"log"
	"testing"
)

func TestOneSentenceIsKeptBackAndNoOther(t *testing.T) {
	var out bytes.Buffer
	logger := log.New(but{&out}, "", 0)
	logger.Print("INFO: metrics: disable exposing PSI metrics because of failed init: no such file")
	logger.Print("ERROR: metrics: cannot read process_io_* metrics")
	if got := out.String(); got != "ERROR: metrics: cannot read process_io_* metrics\n" {
		t.Fatalf("the log has %q", got)
	}
}
