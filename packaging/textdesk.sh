#!/bin/sh
# The commands of the installed desk: `sudo textdesk user add sam …` works on
# /var/lib/textdesk, with the settings and as the user that the service has.
set -eu
# Read as systemd reads it, line by line: a value may have spaces in it, and is
# no program.
settings=/etc/textdesk/textdesk.env
if [ -r "$settings" ]; then
	while read -r line || [ -n "$line" ]; do
		name=${line%%=*} value=${line#*=}
		case $name in "$line" | "" | *[!A-Za-z0-9_]*) continue ;; esac
		case $value in \"*\" | \'*\') value=${value#?} value=${value%?} ;; esac
		export "$name=$value"
	done <"$settings"
fi
: "${TEXTDESK_DATA:=/var/lib/textdesk}"
export TEXTDESK_DATA
if [ "$(id -u)" = 0 ]; then
	exec setpriv --reuid=textdesk --regid=textdesk --init-groups --no-new-privs -- /usr/lib/textdesk/textdesk "$@"
fi
exec /usr/lib/textdesk/textdesk "$@"
