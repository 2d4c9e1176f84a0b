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
	for f in "$root"/pipelines/*.sh; do
		case ${f##*/} in	# of the source tree alone
		deb.sh | install.sh | lexica.sh | moodlabels.sh | moodpipe.sh | \
		    words.sh | wordtexts.sh) continue ;;
		esac
		grep -q '^#!' "$f" && printf 755 || printf 644
		printf '\t%s\t%s\n' "$f" "$share/pipelines/${f##*/}"
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

# Pages name each other, tools and tables as they are installed, and can be copied
# from.
alternatives() { paste -sd'|' | sed 's/|/\\|/g'; }
pages=$(cd "$root/man" && printf '%s\n' *.[1-9] | sed 's/\.[1-9]$//' |
    grep -v '^moodpipe' | alternatives)
tools=$(cd "$root/tools" && printf '%s\n' *.c | sed '/^worker/d; s/\.c$//' |
    alternatives)
builds='corpus\|refresh\|index\|refit'
page_as_installed="
s/Xr \\($pages\\) \\([1-9]\\)/Xr moodpipe-\\1 \\2/g
/^\\.Dt MOODPIPE[ .]/!s/^\\.Dt /.Dt MOODPIPE-/
/^\\.Sh SYNOPSIS/,/^\\.Sh DESC/s/^\\.Nm \\($tools\\)\$/.Nm moodpipe \\1/
/^\\.Dl/s/\\(^\\.Dl \\(\"  *\\)*\\|[|(] *\\)\\($tools\\)\\( \\|\$\\)/\\1moodpipe \\3\\4/g
/^\\.Bd -literal/,/^\\.Ed/s/\\(^\\|^	\\|[|(] *\\)\\($tools\\)\\( \\|\$\\)/\\1moodpipe \\2\\3/g
s/^\\.Ic make \\($builds\\)\\( [,A-Z].*\\)*\$/.Ic moodpipe \\1\\2/
s/\\(Ql\\|Pq\\) make \\($builds\\) \\([A-Z]\\)/\\1 moodpipe \\2 \\3/
s,\\(^\\|[ (]\\)data/\\([a-z]\\),\\1$PREFIX/share/moodpipe/data/\\2,g
s,Pa share/moodpipe/,Pa $PREFIX/share/moodpipe/,
"
put() { # MODE SOURCE DESTINATION
	local name
	mkdir -p "$(dirname "$3")"
	case $2 in
	"$root"/man/*)
		name=${2##*/} name=${name%.*}
		[ ! -e "$root/tools/$name.c" ] || name="moodpipe $name"
		sed "/^\.Sh SYNOPSIS/,/^\.Sh DESC/s/^\.Nm\$/.Nm $name/
		    $page_as_installed" "$2" >"$3.tmp"
		;;
	*/schedule/*) # cron and systemd look for it in a few places alone
		sed "s,^\(ExecStart=\|[0-9].*  \)moodpipe ,\1$PREFIX/bin/moodpipe ," \
		    "$2" >"$3.tmp" ;;
	*) cp "$2" "$3.tmp" ;;
	esac
	chmod "$1" "$3.tmp"
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
