// Package packaging holds what puts the desk on a server: the Debian package,
// the service, and the proxies' configurations. Its test installs the package.
package packaging

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// It runs as root, as a package is installed, on a Debian; the machine is left
// as it was.
func TestPackageIsInstalledUpgradedAndRemoved(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can install a package")
	}
	if _, err := exec.LookPath("dpkg"); err != nil {
		t.Skip("this is no Debian")
	}
	dir := t.TempDir()
	var packages []string
	for _, version := range []string{"1.0.0", "1.1.0"} {
		binary, deb := filepath.Join(dir, "textdesk-"+version), filepath.Join(dir, version+".deb")
		run(t, dir, "go", "build", "-ldflags", "-s -w -X textdesk/commands.Version="+version, "-o", binary, ".")
		run(t, dir, "make", "-s", "package", "VERSION="+version, "ARCH="+runtime.GOARCH, "BINARY="+binary, "DEB="+deb)
		packages = append(packages, deb)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	l.Close()
	out := run(t, dir, "unshare", "--mount", "--propagation", "private", "sh", "packaging/install_test.sh", packages[0], packages[1], port)
	if !strings.Contains(out, "installed, used, upgraded and removed") {
		t.Error(out)
	}
}

// The unit is one that systemd understands, and gives the desk little.
func TestServiceIsHardened(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("there is no systemd here to ask")
	}
	dir := t.TempDir()
	raw, err := os.ReadFile("textdesk.service")
	if err != nil {
		t.Fatal(err)
	}
	// The program need not be installed for the unit to be read.
	unit := filepath.Join(dir, "textdesk.service")
	text := strings.Replace(string(raw), "/usr/lib/textdesk/textdesk", "/bin/true", 1)
	if err := os.WriteFile(unit, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out := run(t, dir, "systemd-analyze", "verify", unit); strings.Contains(out, "textdesk.service:") {
		t.Error(out)
	}
	// The threshold is in tenths: 2.0 of 10 is as good as services get that talk to a network.
	run(t, dir, "systemd-analyze", "security", "--offline=true", "--threshold=20", unit)
}

// The unit lets the desk write into its own directory alone, so whoever is told
// that backups may go elsewhere has to be told how.
func TestBackupsElsewhereAreExplained(t *testing.T) {
	unit, err := os.ReadFile("textdesk.service")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(unit), "ProtectSystem=strict") {
		t.Fatal("the service may write anywhere: see to it, or to what is said of backups")
	}
	for _, path := range []string{"textdesk.env", "../docs/admin/backups.md"} {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(raw), "TEXTDESK_BACKUPS") || !strings.Contains(string(raw), "ReadWritePaths=") {
			t.Errorf("%s does not say how backups get to another directory", path)
		}
	}
}

// run runs a command at the top of the repository and returns what it printed.
func run(t *testing.T, temp, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "TMPDIR="+temp)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}
