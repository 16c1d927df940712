#!/bin/sh
set -e
case "$1" in
configure)
	if ! getent passwd textdesk >/dev/null; then
		adduser --quiet --system --group --home /var/lib/textdesk --no-create-home --gecos "Textdesk" textdesk
	fi
	install -d -o textdesk -g textdesk -m 0700 /var/lib/textdesk
	chown root:textdesk /etc/textdesk /etc/textdesk/textdesk.env
	chmod 0750 /etc/textdesk
	chmod 0640 /etc/textdesk/textdesk.env
	deb-systemd-helper unmask textdesk.service >/dev/null || true
	if deb-systemd-helper --quiet was-enabled textdesk.service; then
		deb-systemd-helper enable textdesk.service >/dev/null || true
	else
		deb-systemd-helper update-state textdesk.service >/dev/null || true
	fi
	if [ -d /run/systemd/system ]; then
		systemctl --system daemon-reload >/dev/null || true
		# A new version takes over at once; it drains what is in flight first.
		deb-systemd-invoke restart textdesk.service >/dev/null || true
	fi
	if [ -z "$2" ]; then
		echo "Textdesk is installed. For the link that sets it up: sudo journalctl -u textdesk -g setup"
	fi
	;;
esac
