// Bench measures what Textdesk claims about speed and size, each figure beside
// a bare program that does only that step, in the same run on the same machine:
//
//	go run ./bench [-run dispatch,accept,bulk,large,pages,inbox,export,report,start,stop,backup] [-n messages]
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"strings"
)

// scenario is one thing that is measured.
type scenario struct {
	name string
	run  func(size int) ([]figure, error)
	size int
}

// figure is one line of the table.
type figure struct {
	what, value, reference, ratio string
}

var scenarios = []scenario{
	{"dispatch", dispatchRates, 20_000},
	{"accept", acceptRate, 5_000},
	{"ingest", ingest, 40_000},
	{"bulk", bulk, 20_000},
	{"import", importFigures, 1_000_000},
	{"large", large, 1_000_000},
	{"pages", pageTimes, 1_000_000},
	{"inbox", inboxTimes, 1_000_000},
	{"book", bookTimes, 1_000_000},
	{"export", exportRates, 1_000_000},
	{"report", reportRates, 1_000_000},
	{"start", startFigures, 1_000_000},
	{"stop", stopFigures, 20_000},
	{"backup", backupFigures, 1_000_000},
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == upstreamCommand {
		serveUpstream(os.Args[2])
		return
	}
	only := flag.String("run", "", "scenarios to run, separated by commas; all otherwise")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this `file`")
	n := flag.Int("n", 0, "size of each scenario; its own otherwise")
	flag.Parse()
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		defer pprof.StopCPUProfile()
	}
	fmt.Printf("%-58s %18s %22s %8s\n", "what", "figure", "reference", "ratio")
	for _, s := range scenarios {
		if *only != "" && !strings.Contains(","+*only+",", ","+s.name+",") {
			continue
		}
		size := s.size
		if *n > 0 {
			size = *n
		}
		figures, err := s.run(size)
		for _, f := range figures {
			fmt.Printf("%-58s %18s %22s %8s\n", f.what, f.value, f.reference, f.ratio)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "bench %s: %v\n", s.name, err)
			os.Exit(1)
		}
	}
}
