package packaging

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// No engine is here to build the image, so what can be read of its file is: what
// it copies is there, what it builds is built as elsewhere, and what runs is
// not root, has no shell, and is asked for its health by the program itself.
func TestDockerfile(t *testing.T) {
	raw, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string // each instruction on a line of its own
	for line := range strings.Lines(strings.ReplaceAll(string(raw), "\\\n", " ")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	stages, at := map[string][]string{}, ""
	var last string
	for _, line := range lines {
		if m := regexp.MustCompile(`^FROM (\S+)(?: AS (\S+))?$`).FindStringSubmatch(line); m != nil {
			at = m[2]
			last = at
			if !strings.Contains(m[1], ":") || strings.HasSuffix(m[1], ":latest") {
				t.Errorf("%s is of no certain version", m[1])
			}
		}
		stages[at] = append(stages[at], line)
	}
	build, final := stages["build"], stages[last]
	if len(build) == 0 || len(final) == 0 || last == "build" {
		t.Fatalf("there are not two stages: %v", stages)
	}
	for _, line := range build {
		words := strings.Fields(line)
		if words[0] != "COPY" {
			continue
		}
		for _, source := range words[1 : len(words)-1] {
			if _, err := os.Stat(filepath.Join("..", source)); err != nil {
				t.Errorf("it copies %s, which is not there", source)
			}
		}
	}
	text := strings.Join(build, "\n")
	for _, want := range []string{"CGO_ENABLED=0", "-trimpath", "-s -w", "textdesk/commands.Version=", "go mod download"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not build with %s", want)
		}
	}
	goMod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	wants := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(goMod))[1]
	if !strings.HasPrefix(build[0], "FROM golang:"+wants) {
		t.Errorf("it builds with %q, and go.mod wants Go %s", build[0], wants)
	}
	text = strings.Join(final, "\n")
	for _, want := range []string{"distroless/static", "COPY --from=build /textdesk /textdesk", "USER 65532:65532", "VOLUME /data", "TEXTDESK_DATA=/data", "TEXTDESK_LISTEN=:8080", "EXPOSE 8080",
		"STOPSIGNAL SIGTERM", `CMD ["/textdesk", "healthcheck"]`, `ENTRYPOINT ["/textdesk"]`, `CMD ["serve"]`, "--chown=65532:65532"} {
		if !strings.Contains(text, want) {
			t.Errorf("the image lacks %s", want)
		}
	}
	if strings.Contains(text, "RUN ") {
		t.Error("the image runs something, without a shell")
	}
	made := regexp.MustCompile(`mkdir (\S+)`).FindStringSubmatch(strings.Join(build, "\n"))
	if made == nil || made[1] != "/data" {
		t.Error("nothing makes /data, which would belong to root then")
	}
}

// What must not get into an image, or a build by accident, is left out.
func TestDockerignore(t *testing.T) {
	raw, err := os.ReadFile("../.dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{".git", "textdesk-data"} {
		if !strings.Contains(string(raw), want) {
			t.Errorf(".dockerignore does not name %s", want)
		}
	}
}
