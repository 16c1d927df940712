package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// upstreamCommand makes this program the provider: a process of its own, that
// answers every text with a fresh id after a latency.
const upstreamCommand = "upstream"

func serveUpstream(latency string) {
	wait, err := time.ParseDuration(latency)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var last atomic.Int64
	fmt.Println(listener.Addr())
	_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if wait > 0 {
			time.Sleep(wait)
		}
		_, _ = io.WriteString(w, strconv.FormatInt(30_000_000+last.Add(1), 10))
	}))
}

// startUpstream starts the provider and returns its address.
func startUpstream(latency time.Duration) (url string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command(self, upstreamCommand, latency.String())
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", nil, err
	}
	return "http://" + strings.TrimSpace(line) + "/api", func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }, nil
}
