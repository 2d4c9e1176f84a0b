# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 at any moment: the output is the old one or the whole new one.
. tests/tap.sh
PATH=$BUILD/tests/helpers:$PATH

for i in $(seq 100000); do echo "{\"id\":\"$i\",\"text\":\"abcdefghij\"}"; done \
	>"$TMP/in"
identity -q --set x "$TMP/in" >"$TMP/new"
torn=0
for i in $(seq 20); do
	echo old >"$TMP/out"
	identity -q --set x -o "$TMP/out" "$TMP/in" &
	sleep "0.0$((RANDOM % 10))"
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	[ "$(head -c 4 "$TMP/out")" = old ] || cmp -s "$TMP/out" "$TMP/new" ||
		torn=$((torn + 1))
done 2>/dev/null
is $torn 0 "never torn"
rm -f "$TMP"/out.tmp-*
identity -q --set x -o "$TMP/out" "$TMP/in"
ok cmp "$TMP/out" "$TMP/new"
done_testing
