package quiet_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	_ "github.com/VictoriaMetrics/metrics"

	_ "textdesk/handlers/quiet"
)

// TestThisPackageIsSetUpFirst starts this program once more, which has the
// library in it, and reads in which order the runtime set the packages up.
func TestThisPackageIsSetUpFirst(t *testing.T) {
	again := exec.Command(os.Args[0], "-test.run=^$")
	again.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	said, err := again.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	ours := strings.Index(string(said), "init textdesk/handlers/quiet ")
	theirs := strings.Index(string(said), "init github.com/VictoriaMetrics/metrics ")
	if ours < 0 || theirs < 0 || ours > theirs {
		t.Fatalf("quiet is set up at %d and the library at %d of:\n%s", ours, theirs, said)
	}
	if strings.Contains(string(said), "PSI metrics") {
		t.Fatalf("the sentence is on standard error:\n%s", said)
	}
}
