# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 at random during 2,000 links: only what was under way is asked again,
# and the output is that of a run that nobody disturbed.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
echo x >"$TMP/root/sound"
cat >"$TMP/root/page.html" <<'H'
<title>A song</title><p>one two three four five six seven eight nine
H
start_server <<'R'
/s*	file	sound
/p*	file	page.html
/p*	type	text/html
/m*	redirect	302 /s
/h*	file	sound
/h*	no-head
/e*	status	500
/w*	file	sound
/w*	slow	0.01
R
kinds=(s p m h e w x)
for i in $(seq 2000); do
	echo "{\"id\":\"$i\",\"permalink_url\":\"http://127.0.0.1:$PORT/${kinds[i % 7]}$i\"}"
done >"$TMP/in"
net=(linkcheck --allow-private --per-host 8 -q)
status 0 "${net[@]}" --state "$TMP/whole.db" -o "$TMP/whole" "$TMP/in"
whole=$(sort "$LOG" | awk '{ print $1, $2 }')
calls=$(wc -l <"$LOG")
echo "# undisturbed: $calls requests"
for round in 1 2; do
	: >"$LOG"
	db=$TMP/$round.db
	rm -f "$TMP/out"
	for k in 1 2 3 4; do
		"${net[@]}" --state "$db" -o "$TMP/killed" "$TMP/in" &
		pid=$!
		n=$((RANDOM % (calls / 5) + $(wc -l <"$LOG")))
		while [ "$(wc -l <"$LOG")" -le "$n" ]; do :; done
		kill -9 $pid
		wait $pid 2>"$TMP/wait"
	done
	status 0 "${net[@]}" --state "$db" "$TMP/in"
	ok cmp "$TMP/out" "$TMP/whole"
	# Eight links under way at each of four kills, begun once more.
	again=$(awk '$1 == "HEAD" && $2 != "/s" && n[$2]++ { k++ }
		END { print k + 0 }' "$LOG")
	echo "# $again links were asked again, $(wc -l <"$LOG") requests"
	ok [ "$again" -le $((4 * 8)) ]
	is "$(awk '{ print $1, $2 }' "$LOG" | sort -u)" "$(sort -u <<<"$whole")" \
		"nothing else was asked"
done
done_testing
