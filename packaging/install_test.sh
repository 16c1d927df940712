#!/bin/sh
# Installs, uses, upgrades and removes the package in a copy-on-write view of
# this machine, of which nothing is left afterwards. Run by package_test.go:
# install_test.sh OLD.deb NEW.deb PORT
set -eu
old=$(realpath "$1") new=$(realpath "$2") port=$3
top=$(mktemp -d)
mount -t tmpfs tmpfs "$top"
mkdir "$top/up" "$top/work" "$top/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$top/up,workdir=$top/work" "$top/root"
mount --rbind /proc "$top/root/proc"
mount --rbind /dev "$top/root/dev"
mount -t tmpfs tmpfs "$top/root/tmp"
mount -t tmpfs tmpfs "$top/root/run"
cp "$old" "$top/root/tmp/old.deb"
cp "$new" "$top/root/tmp/new.deb"
inside() { chroot "$top/root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
fail() {
	echo "FAILED: $*"
	exit 1
}
is() { [ "$2" = "$3" ] || fail "$1 is $2, want $3"; }

inside dpkg --install /tmp/old.deb >"$top/log" 2>&1 || fail "install: $(cat "$top/log")"
grep -q journalctl "$top/log" || fail "nothing says where the set-up link is: $(cat "$top/log")"
is "the data directory" "$(inside stat -c '%U:%G %a' /var/lib/textdesk)" "textdesk:textdesk 700"
is "the settings" "$(inside stat -c '%U:%G %a' /etc/textdesk/textdesk.env)" "root:textdesk 640"
is "the version" "$(inside textdesk version | cut -d, -f1)" "textdesk 1.0.0"
is "who asks" "$(inside systemctl is-enabled textdesk)" enabled

printf 'TEXTDESK_LISTEN="127.0.0.1:%s"\nTEXTDESK_TRUSTED_PROXIES=127.0.0.0/8 10.0.0.0/8\n' "$port" >>"$top/root/etc/textdesk/textdesk.env"
start() {
	inside textdesk serve >"$top/out" 2>"$top/err" &
	for _ in $(seq 100); do
		inside textdesk healthcheck 2>/dev/null && return
		sleep 0.1
	done
	fail "it does not start: $(cat "$top/out" "$top/err")"
}
stop() {
	inside pkill -u textdesk -x textdesk
	wait
}
start
is "the user of the service" "$(inside pgrep -u textdesk -c -x textdesk)" 1
echo 'correct horse battery' | inside textdesk user add sam --level admin --password-stdin >/dev/null
stop
is "the owner of the database" "$(inside stat -c %U /var/lib/textdesk/textdesk.db)" textdesk

inside dpkg --install /tmp/new.deb >"$top/log" 2>&1 || fail "upgrade: $(cat "$top/log")"
is "the version" "$(inside textdesk version | cut -d, -f1)" "textdesk 1.1.0"
grep -q "$port" "$top/root/etc/textdesk/textdesk.env" || fail "the upgrade took the settings away"
start
inside textdesk user list | grep -q sam || fail "the upgrade lost a user"
stop

inside dpkg --remove textdesk >"$top/log" 2>&1 || fail "remove: $(cat "$top/log")"
[ ! -e "$top/root/usr/lib/textdesk/textdesk" ] || fail "the program is still there"
[ -e "$top/root/var/lib/textdesk/textdesk.db" ] || fail "removing the program took the data away"
inside dpkg --purge textdesk >"$top/log" 2>&1 || fail "purge: $(cat "$top/log")"
[ ! -e "$top/root/etc/textdesk/textdesk.env" ] || fail "the settings are still there"
[ -e "$top/root/var/lib/textdesk/secret.key" ] || fail "purging took the data away"
grep -q "/var/lib/textdesk" "$top/log" || fail "nothing says that the data stays: $(cat "$top/log")"
echo "installed, used, upgraded and removed"
