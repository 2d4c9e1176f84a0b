# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Read by status.sh and planned.sh: building CORPUS tells whether a build holds its
# lock, without taking it, which would keep one from starting. Files of other file
# systems may have its number; the device is the mount's, for stat's is another on
# btrfs and overlays.
building() {
	local major minor lock=$1/lock
	[ -e "$lock" ] || return
	IFS=: read -r major minor < <(findmnt -nro MAJ:MIN -T "$lock") || return
	grep -qs "FLOCK .* WRITE .* $(printf %02x:%02x:%s "$major" "$minor" \
	    "$(stat -Lc %i "$lock")") " /proc/locks
}
