#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
	systemctl --system daemon-reload >/dev/null || true
fi
case "$1" in
remove)
	deb-systemd-helper mask textdesk.service >/dev/null 2>&1 || true
	;;
purge)
	deb-systemd-helper purge textdesk.service >/dev/null 2>&1 || true
	deb-systemd-helper unmask textdesk.service >/dev/null 2>&1 || true
	# Nobody loses a year of texts and the key to them by a command typed too fast.
	if [ -d /var/lib/textdesk ]; then
		echo "The desk's data stays in /var/lib/textdesk; delete it yourself if nobody needs it any more."
	fi
	;;
esac
