#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Puts what was built under $DESTDIR$PREFIX, or takes it away again; run by
# `make install` and `make uninstall`. Tools go to libexec behind the command
# moodpipe, and their pages are named moodpipe-TOOL.
set -euo pipefail

what=${1:?install or uninstall}
: "${PREFIX:=/usr/local}" "${DESTDIR:=}" "${BIN:?}" "${BUILD:?}"
root=$(cd "$(dirname "$0")/.." && pwd)
to=$DESTDIR$PREFIX
share=$to/share/moodpipe
own=("$to/libexec/moodpipe" "$share")

# MODE, SOURCE and DESTINATION of every file, separated by tabs.
files() {
	local f
	printf '%s\t' 755 "$root/pipelines/moodpipe.sh"
	echo "$to/bin/moodpipe"
	for f in "$root"/tools/*.c; do
		f=$(basename "$f" .c)
		printf '755\t%s\t%s\n' "$BIN/$f" "$to/libexec/moodpipe/$f"
	done
	printf '755\t%s\t%s\n' "$BUILD/tests/helpers/faultd" \
	    "$to/libexec/moodpipe/faultd"
	for f in ask config corpus costs demo nightly plan planned refresh \
	    settings stagestatus status sums told verify; do
		printf '755\t%s\t%s\n' "$root/pipelines/$f.sh" \
		    "$share/pipelines/$f.sh"
	done
	for f in corpus.mk plan.awk; do
		printf '644\t%s\t%s\n' "$root/pipelines/$f" \
		    "$share/pipelines/$f"
	done
	for f in crontab moodpipe.service moodpipe.timer; do
		printf '644\t%s\t%s\n' "$root/pipelines/schedule/$f" \
		    "$share/schedule/$f"
	done
	(cd "$root/data" && find . -type f | sort) | while read -r f; do
		printf '644\t%s\t%s\n' "$root/data/${f#./}" \
		    "$share/data/${f#./}"
	done
	for f in "$root"/man/*.[1-9]; do
		printf '644\t%s\t%s\n' "$f" \
		    "$to/share/man/man${f##*.}/$(page "$f")"
	done
	printf '644\t%s\t%s\n' "$root/pipelines/completions/moodpipe.bash" \
	    "$to/share/bash-completion/completions/moodpipe"
	printf '644\t%s\t%s\n' "$root/pipelines/completions/_moodpipe" \
	    "$to/share/zsh/vendor-completions/_moodpipe"
}

page() { # FILE: its installed name
	case $1 in
	*/moodpipe.*) basename "$1" ;;
	*) echo "moodpipe-$(basename "$1")" ;;
	esac
}

# Pages name each other as they are installed.
names=$(cd "$root/man" && printf '%s\n' *.[1-9] | sed 's/\.[1-9]$//' |
    grep -v '^moodpipe' | paste -sd'|' | sed 's/|/\\|/g')
put() { # MODE SOURCE DESTINATION
	mkdir -p "$(dirname "$3")"
	if [[ $2 == "$root"/man/* ]]; then
		sed "s/Xr \\($names\\) \\([1-9]\\)/Xr moodpipe-\\1 \\2/g
		    /^\.Dt MOODPIPE[ .]/!s/^\.Dt /.Dt MOODPIPE-/" "$2" >"$3.tmp"
		chmod "$1" "$3.tmp"
	else
		install -m "$1" "$2" "$3.tmp"
	fi
	mv -f "$3.tmp" "$3"
}

case $what in
install)
	files | while IFS=$'\t' read -r mode from dest; do
		put "$mode" "$from" "$dest"
	done
	;;
uninstall)
	files | cut -f3 | tr '\n' '\0' | xargs -0 rm -f
	for dir in "${own[@]}"; do
		[ ! -d "$dir" ] || find "$dir" -depth -type d -empty -delete
	done
	;;
*)
	echo "install.sh: install or uninstall, not $what" >&2
	exit 2
	;;
esac
