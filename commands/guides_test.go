package commands

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The commands, flags and environment variables that the guides name are real.
func TestGuidesNameRealCommands(t *testing.T) {
	pages, err := filepath.Glob("../docs/*/*.md")
	if err != nil || len(pages) < 20 {
		t.Fatal(pages, err)
	}
	variables := map[string]bool{}
	for _, name := range environment {
		variables[name] = true
	}
	command := regexp.MustCompile("(?m)(?:^|`|sudo |\\./|docker exec [a-z]+ )textdesk ([^`\\n]+)")
	variable := regexp.MustCompile(`TEXTDESK_[A-Z_]+`)
	seen := map[string]bool{}
	for _, path := range pages {
		if strings.Contains(path, "/adr/") {
			continue
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range variable.FindAllString(string(raw), -1) {
			if !variables[strings.TrimSuffix(name, "_FILE")] {
				t.Errorf("%s names %s, which nothing reads", path, name)
			}
			seen[strings.TrimSuffix(name, "_FILE")] = true
		}
		for _, m := range command.FindAllStringSubmatch(string(raw), -1) {
			words := strings.Fields(strings.TrimSpace(m[1]))
			if len(words) == 0 || words[0] == "help" {
				continue
			}
			if words[0] == "textdesk" || slices.Contains([]string{"systemctl", "-v"}, words[0]) {
				continue
			}
			cmd, rest, ok := find(words)
			if !ok {
				t.Errorf("%s names the command textdesk %s, which there is not", path, m[1])
				continue
			}
			seen[cmd.name] = true
			// Written with all its arguments, it must be understood as it stands.
			if _, err := parse(cmd, rest, Streams{Err: io.Discard}); err != nil && len(rest) > 0 {
				t.Errorf("%s: textdesk %s is not understood: %v", path, m[1], err)
			}
		}
	}
	for _, must := range []string{"serve", "backup", "restore", "rollback", "key adopt", "check", "support", "healthcheck", "user add", "user token", "provider add", "TEXTDESK_BASE_URL", "TEXTDESK_BACKUPS"} {
		if !seen[must] {
			t.Errorf("no guide says what %s is for", must)
		}
	}
}
