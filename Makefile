# Textdesk. `make test` installs what the tests need and passes them all.

GO ?= go
# 1.2.0 at the tag v1.2.0, 1.2.0-5-gabc past it, 0.0.0-gabc before there is one.
VERSION ?= $(patsubst v%,%,$(shell git describe --tags --match 'v[0-9]*' 2>/dev/null || echo v0.0.0-g$$(git rev-parse --short=12 HEAD 2>/dev/null)))
# The race detector watches our code. SQLite, which is C translated to Go, is built
# without it: that alone makes the tests several times as quick.
RACE = -race -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc=-race=false
LDFLAGS = -s -w -X textdesk/commands.Version=$(VERSION) -X textdesk/commands.Commit=$(shell git rev-parse --short=12 HEAD 2>/dev/null)
# Pages call each other's parts instead of each having a copy of its own: they are as
# quick, and the binary is 5 % smaller.
GCFLAGS = textdesk/views/...=-l

.PHONY: build test lint test-go test-browser generate bench chaos fuzz screenshots dist package clean

# One static binary.
build:
	CGO_ENABLED=0 $(GO) build -trimpath -gcflags "$(GCFLAGS)" -ldflags "$(LDFLAGS)" -o textdesk .

test: lint test-go test-browser

# Formatting, vet, and that the committed generated code is what its sources make.
lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go' | grep -v _templ.go))" || { echo "gofmt differs:"; gofmt -l $$(git ls-files '*.go' | grep -v _templ.go); exit 1; }
	$(GO) vet ./...
	$(GO) tool templ generate -path views >/dev/null
	@git diff --exit-code --stat -- views || { echo "views: run make generate and commit"; exit 1; }

test-go:
	$(GO) test -p 4 -vet=off $(RACE) -timeout 15m ./...

# Browser journeys in headless Chromium, with JavaScript and without, axe on every page.
test-browser: build
	./e2e/install
	cd e2e && node --test --test-concurrency=3 --test-timeout=600000

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

# The pictures in the README and in the guides.
screenshots: build
	./e2e/install
	cd e2e && node screenshots.mjs && node guides.mjs

# Static binaries for every platform and Debian packages, with their checksums, in dist/.
dist:
	rm -rf dist && mkdir dist
	for p in linux-amd64 linux-arm64 windows-amd64.exe darwin-amd64 darwin-arm64; do \
	  b=$${p%.exe}; CGO_ENABLED=0 GOOS=$${b%-*} GOARCH=$${b#*-} $(GO) build -trimpath -gcflags "$(GCFLAGS)" -ldflags "$(LDFLAGS)" -o dist/textdesk-$(VERSION)-$$p . || exit 1; done
	for a in amd64 arm64; do $(MAKE) -s package ARCH=$$a BINARY=dist/textdesk-$(VERSION)-linux-$$a DEB=dist/textdesk_$(VERSION)_$$a.deb || exit 1; done
	cd dist && sha256sum * > SHA256SUMS && cat SHA256SUMS

# One Debian package, $(DEB), of $(BINARY) for $(ARCH).
package:
	@ARCH=$(ARCH) VERSION=$(VERSION) BINARY=$(BINARY) $(GO) tool -modfile=tools/go.mod nfpm package -f packaging/nfpm.yaml -p deb -t $(DEB)

clean:
	rm -rf textdesk dist e2e/out
