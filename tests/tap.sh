# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Test Anything Protocol for shell tests: source it, call the functions, end
# with done_testing. $TMP is an empty directory of the test's own, $ROOT the
# tree, $BUILD the build directory; bin/ is first in PATH.
set -u
tap_n=0 tap_bad=0

tap_result() { # STATUS NAME
	tap_n=$((tap_n + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$tap_n" "$2"
	else
		printf 'not ok %d - %s\n' "$tap_n" "$2"
		tap_bad=$((tap_bad + 1))
	fi
}
ok() { # CMD... : it must succeed
	"$@" >"$TMP/.tap" 2>&1
	local s=$?
	tap_result "$s" "$*"
	[ "$s" -eq 0 ] || sed 's/^/# /' "$TMP/.tap" | head -20
}
is() { # GOT WANTED NAME
	[ "$1" = "$2" ]
	local s=$?
	tap_result "$s" "$3"
	[ "$s" -eq 0 ] || printf '# got:    %s\n# wanted: %s\n' "$1" "$2"
}
like() { # GOT REGEX NAME
	grep -Eq -- "$2" <<<"$1"
	local s=$?
	tap_result "$s" "$3"
	[ "$s" -eq 0 ] || printf '# got:    %s\n# wanted: /%s/\n' "$1" "$2"
}
status() { # N CMD... : exit status N; output in $TMP/out and $TMP/err
	local want=$1
	shift
	"$@" >"$TMP/out" 2>"$TMP/err"
	local s=$?
	is "$s" "$want" "status $want: $*"
}
skip() { # NAME WHY
	tap_n=$((tap_n + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_n" "$1" "$2"
}
without_settings() { # that whoever runs the tests may have
	local v
	unset MOODPIPE_INDEX MOODPIPE_CORPUS
	for v in $(grep -v '^#' "$ROOT/data/config.tsv" | cut -f1); do
		unset "$v"
	done
}
done_testing() {
	printf '1..%d\n' "$tap_n"
	[ "$tap_bad" -eq 0 ]
	exit
}
