package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"textdesk/db"
)

// stopFigures measures how long the real binary takes from SIGTERM to its end
// while a batch leaves, with a provider that takes 50 ms for a text and 64 in
// flight: at least those have to come to their end. Its memory is of that
// moment.
func stopFigures(size int) ([]figure, error) {
	const latency, concurrency = 50 * time.Millisecond, 64
	upstream, stopUpstream, err := startUpstream(latency)
	if err != nil {
		return nil, err
	}
	defer stopUpstream()
	d, err := newDesk(upstream, concurrency)
	if err != nil {
		return nil, err
	}
	defer d.close()
	if _, err := d.enqueue(min(size, 20_000)); err != nil {
		return nil, err
	}
	if err := d.store.Close(); err != nil {
		return nil, err
	}
	binary, remove, err := buildBinary()
	if err != nil {
		return nil, err
	}
	defer remove()
	cmd := exec.Command(binary, "serve", "--data", d.dir, "--listen", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() { _ = cmd.Process.Kill() }()
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		return nil, err
	}
	time.Sleep(3 * time.Second) // in the middle of it
	busy, err := resident(cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return nil, err
	}
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("it did not end well: %w", err)
	}
	took := time.Since(began)
	left, inDoubt, err := leftIn(d.dir)
	if err != nil {
		return nil, err
	}
	return []figure{
		{what: fmt.Sprintf("SIGTERM to the end, a batch under way, %d left, %d in doubt", left, inDoubt), value: fmt.Sprintf("%.0f ms", ms(took)),
			reference: fmt.Sprintf("%.0f ms for one text", ms(latency)), ratio: fmt.Sprintf("%.1f", ms(took)/ms(latency))},
		{what: "memory while a batch leaves", value: busy},
	}, nil
}

// leftIn counts what has not left, and what nobody can know.
func leftIn(dir string) (left, inDoubt int64, err error) {
	store, err := db.Open(context.Background(), dir)
	if err != nil {
		return 0, 0, err
	}
	defer store.Close()
	ctx := context.Background()
	sum, err := store.UnsentSum(ctx, db.At(time.Now()))
	if err != nil {
		return 0, 0, err
	}
	inDoubt, err = store.InDoubtSum(ctx)
	return sum.Texts, inDoubt, err
}

// buildBinary builds the program as it is shipped.
func buildBinary() (path string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "textdesk-bench-")
	if err != nil {
		return "", nil, err
	}
	path = filepath.Join(dir, "textdesk")
	build := exec.Command("go", "build", "-trimpath", "-gcflags", "textdesk/views/...=-l", "-ldflags", "-s -w", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		_ = os.RemoveAll(dir)
		return "", nil, fmt.Errorf("build: %w: %s", err, out)
	}
	return path, func() { _ = os.RemoveAll(dir) }, nil
}
