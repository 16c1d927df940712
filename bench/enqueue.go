package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"textdesk/desk"
)

// bulk measures how long it takes to accept one send to many, from the call to
// every message durable, against inserting as many bare rows in one commit.
func bulk(size int) ([]figure, error) {
	size = min(size, desk.MaxAtOnce)
	bare, err := bareRows(size)
	if err != nil {
		return nil, err
	}
	d, err := newDesk("http://127.0.0.1:1/api", 1)
	if err != nil {
		return nil, err
	}
	defer d.close()
	list, err := d.AddList(context.Background(), d.actor, "Everybody")
	if err != nil {
		return nil, err
	}
	var rows strings.Builder
	for i := range size {
		fmt.Fprintf(&rows, "+4477%08d\tPerson %d\t\tswimming\n", 10_000_000+i, i)
	}
	if _, err := d.PasteIntoList(context.Background(), d.actor, list, rows.String()); err != nil {
		return nil, err
	}
	began := time.Now()
	if _, err := d.enqueue(size); err != nil {
		return nil, err
	}
	plain := time.Since(began)
	began = time.Now()
	if _, err := d.Send(context.Background(), d.actor, desk.Order{Lists: []int64{list}, Sender: "SCHOOL", Fill: true,
		Body: "Dear ((Name)), ((MM1)) is off tomorrow because of the snow. We write again by noon."}); err != nil {
		return nil, err
	}
	merged := time.Since(began)
	line := func(what string, took time.Duration) figure {
		return figure{what: fmt.Sprintf("%s to %d people, until all is durable", what, size), value: fmt.Sprintf("%.2f s", took.Seconds()),
			reference: fmt.Sprintf("%.2f s bare rows", bare.Seconds()), ratio: fmt.Sprintf("%.1f", took.Seconds()/bare.Seconds())}
	}
	return []figure{line("accept one send", plain), line("accept one mail merge", merged)}, nil
}

// bareRows inserts as many rows of the same length, fifty in a statement.
func bareRows(n int) (time.Duration, error) {
	dir, err := os.MkdirTemp("", "textdesk-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	store, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return 0, err
	}
	defer store.Close()
	if _, err := store.Exec("CREATE TABLE texts (id INTEGER PRIMARY KEY, number TEXT UNIQUE, sender TEXT, body TEXT) STRICT"); err != nil {
		return 0, err
	}
	began := time.Now()
	tx, err := store.Begin()
	if err != nil {
		return 0, err
	}
	const rows = 50
	insert, err := tx.Prepare("INSERT INTO texts (number, sender, body) VALUES " + strings.TrimSuffix(strings.Repeat("(?, ?, ?), ", rows), ", "))
	if err != nil {
		return 0, err
	}
	args := make([]any, 0, 3*rows)
	for i := 0; i < n/rows*rows; i++ {
		if args = append(args, fmt.Sprintf("+4477%08d", 10_000_000+i), "SCHOOL", benchText); len(args) == cap(args) {
			if _, err := insert.Exec(args...); err != nil {
				return 0, err
			}
			args = args[:0]
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}
