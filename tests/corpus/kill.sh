# SPDX-License-Identifier: GPL-3.0-or-later
# Killed at ten moments spread over a build, and run again: the same index.
. tests/corpus.sh
start=$(date +%s%N)
ok demo "$TMP/whole" corpus
ms=$((($(date +%s%N) - start) / 1000000))
want=$(generation "$TMP/whole")
RANDOM=7
for i in 1 2 3 4 5 6 7 8 9 10; do
	at=$((ms * RANDOM / 32768 + 20))
	current=$TMP/killed/index/current
	[ ! -L "$current" ] || rm -rf "$TMP/killed"	# it got through: anew
	CORPUS="$TMP/killed" setsid pipelines/demo.sh corpus >"$TMP/log" 2>&1 &
	pid=$!
	sleep "$(printf '%d.%03d' $((at / 1000)) $((at % 1000)))"
	kill -9 -- "-$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	echo "# killed after $at of $ms ms"
	if [ -L "$current" ]; then
		is "$(generation "$TMP/killed")" "$want" "what stands is whole"
	fi
done
ok demo "$TMP/killed" corpus
tail -3 "$TMP/log" | sed "s/^/# /"
is "$(generation "$TMP/killed")" "$want" "after ten kills: the same index"
is "$(find "$TMP/killed" -name '*.tmp*' | wc -l)" 0 "nothing is left behind"
done_testing
