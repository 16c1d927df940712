package views

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Every deed that the desk writes into its audit log by name has its words.
func TestEveryDeedHasWords(t *testing.T) {
	files, err := filepath.Glob("../desk/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	deed := regexp.MustCompile(`d\.audit\(ctx, tx, \w+, "([a-z_.]+[a-z])"`)
	found := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range deed.FindAllStringSubmatch(string(text), -1) {
			found++
			if audited[m[1]] == "" {
				t.Errorf("%s: %q has no words in the audit log", file, m[1])
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d deeds were found", found)
	}
}
