package db

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGeneratedCodeIsFresh fails when a query, the schema or the configuration
// has changed since the code was generated from it. make generate notes their
// sum; generating anew takes a compiler of minutes, so the test compares sums.
func TestGeneratedCodeIsFresh(t *testing.T) {
	var text []byte
	for _, pattern := range []string{"sqlc.yaml", "queries/*.sql", "migrations/postgres/*.sql"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("no files match %s: %v", pattern, err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			text = append(text, b...)
		}
	}
	sum := sha256.Sum256(text)
	noted, err := os.ReadFile("queries.sum")
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(noted)) != hex.EncodeToString(sum[:]) {
		t.Error("the queries have changed since their code was generated; run make generate")
	}
}
