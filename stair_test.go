package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// stair says which of our rooms each room may import, and what else it must
// not. README.md draws it.
var stair = map[string]struct {
	may   []string
	never []string
}{
	"":                              {may: []string{"commands"}},
	"sms/gsm":                       {never: []string{"net/http", "database/sql"}},
	"sms/merge":                     {never: []string{"net/http", "database/sql"}},
	"sms":                           {may: []string{"sms/gsm"}, never: []string{"net/http", "database/sql"}},
	"mail":                          {never: []string{"net/http", "database/sql"}},
	"mail/mailtest":                 {never: []string{"net/http", "database/sql"}},
	"forward":                       {never: []string{"database/sql"}},
	"sheet":                         {never: []string{"net/http", "database/sql"}},
	"db":                            {may: []string{"sms", "sms/gsm"}, never: []string{"net/http"}},
	"providers":                     {may: []string{"sms"}, never: []string{"database/sql"}},
	"providers/fastsms":             {may: []string{"sms", "sms/gsm", "providers"}},
	"providers/simulator":           {may: []string{"sms", "sms/gsm", "providers"}},
	"providers/feedzon":             {may: []string{"sms", "sms/gsm", "providers"}},
	"providers/feedzon/feedzontest": {may: []string{"sms", "sms/gsm", "providers"}},
	"providers/twilio":              {may: []string{"sms", "sms/gsm", "providers"}},
	"providers/twilio/twiliotest":   {may: []string{"sms", "sms/gsm", "providers"}},
	"providers/all":                 {may: []string{"providers", "providers/fastsms", "providers/feedzon", "providers/simulator", "providers/twilio"}},
	"providers/providertest":        {may: []string{"sms", "sms/gsm", "providers"}},
	"providers/fastsms/fastsmstest": {may: []string{"sms", "sms/gsm", "providers"}},
	"desk":                          {may: []string{"sms", "sms/gsm", "sms/merge", "sheet", "mail", "forward", "db", "providers"}, never: []string{"github.com/labstack/echo", "database/sql/driver"}},
	"dispatch":                      {may: []string{"desk", "db", "providers", "forward", "sms"}, never: []string{"github.com/labstack/echo"}},
	"static":                        {},
	"docs":                          {never: []string{"net/http", "database/sql"}},
	"views/ui":                      {may: []string{"static", "sms"}},
	"views":                         {may: []string{"views/ui", "sms", "sms/gsm"}},
	"handlers/quiet":                {never: []string{"net/http", "database/sql"}},
	"handlers/door":                 {may: []string{"desk"}, never: []string{"database/sql"}},
	"handlers/door/doortest":        {},
	"handlers/feedzonapi":           {may: []string{"desk", "sms", "handlers/door", "providers/feedzon"}, never: []string{"database/sql"}},
	"handlers/fastsmsapi":           {may: []string{"desk", "sms", "sms/gsm", "handlers/door"}, never: []string{"database/sql"}},
	"handlers":                      {may: []string{"desk", "views", "views/ui", "sms", "sms/gsm", "sms/merge", "sheet", "mail", "static", "docs", "handlers/fastsmsapi", "handlers/feedzonapi", "handlers/quiet"}, never: []string{"database/sql"}},
	"demo":                          {may: []string{"desk", "db", "sms", "sms/gsm"}},
	"commands":                      {may: []string{"desk", "db", "dispatch", "handlers", "providers", "providers/all", "demo"}},
	"bench":                         {may: []string{"*"}},
}

// TestNobodyStepsUpTheStair walks the imports of every file but the tests.
func TestNobodyStepsUpTheStair(t *testing.T) {
	rooms := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "tools" || strings.HasPrefix(entry.Name(), ".") && path != ".") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		room := filepath.ToSlash(filepath.Dir(path))
		if room == "." {
			room = ""
		}
		rooms[room] = true
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			check(t, path, room, imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for room := range stair {
		if !rooms[room] {
			t.Errorf("the stair names a room that does not exist: %q", room)
		}
	}
}

func check(t *testing.T, path, room, imported string) {
	t.Helper()
	step, ok := stair[room]
	if !ok {
		t.Errorf("%s: the room %q has no step on the stair; say in stair_test.go what it may import", path, room)
		return
	}
	for _, never := range step.never {
		if imported == never || strings.HasPrefix(imported, never+"/") {
			t.Errorf("%s: %s must not import %s", path, room, imported)
		}
	}
	ours, ok := strings.CutPrefix(imported, "textdesk/")
	if !ok {
		return
	}
	for _, may := range step.may {
		if may == ours || may == "*" {
			return
		}
	}
	t.Errorf("%s: %q may not import %q", path, room, ours)
}
