package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// startFigures measures the real binary: its size, how long it takes from exec
// to the first page, and its memory at rest, on an empty desk and a full one.
func startFigures(size int) ([]figure, error) {
	binary, remove, err := buildBinary()
	if err != nil {
		return nil, err
	}
	defer remove()
	dir := filepath.Dir(binary)
	info, err := os.Stat(binary)
	if err != nil {
		return nil, err
	}
	figures := []figure{{what: "binary, stripped, everything embedded", value: fmt.Sprintf("%.1f MB", float64(info.Size())/1e6)}}
	empty := filepath.Join(dir, "empty")
	first, _, err := start(binary, empty)
	if err != nil {
		return figures, err
	}
	figures = append(figures, figure{what: "first start, database made, to the first page", value: fmt.Sprintf("%.0f ms", ms(first))})
	again, rest, err := start(binary, empty)
	if err != nil {
		return figures, err
	}
	figures = append(figures, figure{what: "start of an empty desk, to the first page", value: fmt.Sprintf("%.0f ms", ms(again))},
		figure{what: "memory at rest, empty desk", value: rest})
	d, err := full(size)
	if err != nil {
		return figures, err
	}
	defer os.RemoveAll(d.dir)
	if err := d.store.Close(); err != nil {
		return figures, err
	}
	cold, rest, err := start(binary, d.dir)
	if err != nil {
		return figures, err
	}
	return append(figures, figure{what: fmt.Sprintf("start with %d messages, to the first page", size), value: fmt.Sprintf("%.0f ms", ms(cold))},
		figure{what: fmt.Sprintf("memory at rest, %d messages", size), value: rest}), nil
}

var readyLine = regexp.MustCompile(`ready at (\S+)/`)

// start runs the binary until its first page, lets it rest, and stops it.
func start(binary, data string) (took time.Duration, rest string, err error) {
	cmd := exec.Command(binary, "serve", "--data", data, "--listen", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, "", err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, "", err
	}
	defer func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() }()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return 0, "", err
	}
	found := readyLine.FindStringSubmatch(line)
	if found == nil {
		return 0, "", fmt.Errorf("no ready line: %q", line)
	}
	resp, err := http.Get(found[1] + "/sign-in")
	if err != nil {
		return 0, "", err
	}
	_ = resp.Body.Close()
	took = time.Since(began)
	time.Sleep(3 * time.Second)
	rest, err = resident(cmd.Process.Pid)
	return took, rest, err
}

// resident is what a process keeps in memory; Linux only.
func resident(pid int) (string, error) { return memoryOf(pid, "VmRSS:") }

// memoryOf is a line of what Linux says about a process's memory.
func memoryOf(pid int, name string) (string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if kb, ok := strings.CutPrefix(line, name); ok {
			n, err := strconv.Atoi(strings.Fields(kb)[0])
			return fmt.Sprintf("%.0f MiB", float64(n)/1024), err
		}
	}
	return "", fmt.Errorf("no %s of process %d", name, pid)
}
