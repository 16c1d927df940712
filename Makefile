# Textdesk. `make test` installs what the tests need and passes them all.

GO ?= go
LDFLAGS = -s -w -X textdesk/commands.Commit=$(shell git rev-parse --short=12 HEAD 2>/dev/null)

.PHONY: build test lint test-go test-browser generate bench chaos fuzz screenshots clean

# One static binary.
build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "$(LDFLAGS)" -o textdesk .

test: lint test-go test-browser

# Formatting, vet, and that the committed generated code is what its sources make.
lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go' | grep -v _templ.go))" || { echo "gofmt differs:"; gofmt -l $$(git ls-files '*.go' | grep -v _templ.go); exit 1; }
	$(GO) vet ./...
	$(GO) tool templ generate -path views >/dev/null
	@git diff --exit-code --stat -- views || { echo "views: run make generate and commit"; exit 1; }

test-go:
	$(GO) test -race -timeout 10m ./...

# Browser journeys in headless Chromium, with JavaScript and without, axe on every page.
test-browser: build
	./e2e/install
	cd e2e && node --test --test-concurrency=2 --test-timeout=240000

# After a change to views/*.templ, db/queries or db/migrations/postgres.
generate:
	$(GO) tool templ generate -path views
	cd db && $(GO) tool -modfile=../tools/go.mod sqlc generate -f sqlc.yaml
	cd db && cat sqlc.yaml queries/*.sql migrations/postgres/*.sql | sha256sum | cut -d' ' -f1 > queries.sum

# Figures, each beside a bare program that does only that step.
bench:
	$(GO) run ./bench

# The long form of the kill test.
chaos:
	TEXTDESK_CHAOS=1 $(GO) test -run Kill -count=1 -timeout 30m -v ./dispatch/...

# A minute for each fuzz target.
fuzz:
	@for p in $$($(GO) list ./...); do for t in $$($(GO) test -list '^Fuzz' $$p | grep ^Fuzz); do \
	  echo "$$p $$t"; $(GO) test -run '^$$' -fuzz "^$$t$$" -fuzztime 60s -fuzzminimizetime 10x $$p || exit 1; done; done

# The pictures in the README.
screenshots: build
	./e2e/install
	cd e2e && node screenshots.mjs

clean:
	rm -rf textdesk e2e/out
