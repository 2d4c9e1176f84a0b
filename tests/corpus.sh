# SPDX-License-Identifier: GPL-3.0-or-later
# For the tests of whole builds: demo DIR TARGET [VAR=value...] builds the demo
# corpus in DIR, its last lines in $TMP/log.
. tests/tap.sh
export DEMO_AUDIO=$BUILD/demo/audio AS_OF=2024-06-30 JOBS=2 BUILD BIN

demo() {
	local dir=$1 target=$2
	shift 2
	env CORPUS="$dir" "$@" pipelines/demo.sh "$target" >"$TMP/log" 2>&1 && return
	set -- $?
	tail -n 20 "$TMP/log"
	return "$1"
}
generation() { # DIR: name and digest of what `current` is
	local f
	f=$(readlink -f "$1/index/current")
	echo "$(basename "$f") $(sha256sum <"$f")"
}
# STAGE: rows that its runs in $TMP/log computed, over all shards
computed() {
	awk -v stage="$1: in=" 'index($0, stage) == 1 {
		n = 0
		for (i = 2; i <= NF; i++) {
			split($i, kv, "=")
			if (kv[1] == "in") n += kv[2]
			if (kv[1] == "reused") n -= kv[2]
		}
		total += n
	} END { print total + 0 }' "$TMP/log"
}
runs() { grep -c "^$1: in=" "$TMP/log"; }
