#!/bin/sh
# The commands of the installed desk: `sudo textdesk user add sam …` works on
# /var/lib/textdesk, with the settings and as the user that the service has.
set -eu
if [ -r /etc/textdesk/textdesk.env ]; then
	set -a
	. /etc/textdesk/textdesk.env
	set +a
fi
: "${TEXTDESK_DATA:=/var/lib/textdesk}"
export TEXTDESK_DATA
if [ "$(id -u)" = 0 ]; then
	exec setpriv --reuid=textdesk --regid=textdesk --init-groups --no-new-privs -- /usr/lib/textdesk/textdesk "$@"
fi
exec /usr/lib/textdesk/textdesk "$@"
