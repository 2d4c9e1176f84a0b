# SPDX-License-Identifier: GPL-3.0-or-later
# Exit statuses, bad input, full disk, closed pipe, foreign bytes.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
start_server <<'R'
/hang	hang
R
db=$TMP/l.db
odd='{"a" : 7.60,"x":"\u0000","id":"é","n":12345678901234567890,"a":1'
status 0 linkcheck --state "$db" --offline -q - <<<"$odd}"
is "$(cat "$TMP/out")" \
	"$odd,\"url_status\":\"UNKNOWN\",\"url_reason\":\"no url\"}" \
	"foreign bytes pass"
bad='{"id":"1","permalink_url":"http://127.0.0.1:9/","error":{"tool":"x"}}'
status 0 linkcheck --state "$db" --allow-private -q - <<<"$bad"
is "$(cat "$TMP/out")" "$bad" "a failed record passes untouched, unasked"
status 0 linkcheck --state "$db" -q /dev/null
status 2 linkcheck
like "$(cat "$TMP/err")" '--state' "it names what is missing"
status 2 linkcheck --state "$db" --max-age soon /dev/null
status 2 linkcheck --state "$db" --connect-to nonsense /dev/null
status 2 linkcheck --state "$db" --per-host 0 /dev/null
status 4 linkcheck --state "$db" --offline - <<<'{"id":'
status 4 linkcheck --state "$db" --allow-private - <<<'nonsense'
like "$(cat "$TMP/err")" 'standard input:1' "it names standard input"
status 4 linkcheck --state "$db" --allow-private <<<'{"id":"a"'
like "$(cat "$TMP/err")" 'standard input:1' "without an operand, too"
status 3 linkcheck --state "$db" "$TMP/absent"
like "$(cat "$TMP/err")" "$TMP/absent" "it names the file"
echo "this is no database, not at all, and long enough to be one" >"$TMP/no.db"
status 4 linkcheck --state "$TMP/no.db" --offline - <<<'{"id":"1"}'
status 4 linkcheck --state "$TMP/no.db" - <<<'{"id":"1"}'
like "$(cat "$TMP/err")" 'no.db' "it names the history"
if command -v sqlite3 >/dev/null; then
	sqlite3 "$TMP/new.db" 'PRAGMA user_version = 99; CREATE TABLE t(a)'
	status 4 linkcheck --state "$TMP/new.db" - <<<'{"id":"1"}'
	like "$(cat "$TMP/err")" 'version' "another version says so"
else
	skip "another version" "no sqlite3"
fi
status 3 sh -c "echo '{\"id\":\"1\"}' | \
	linkcheck --state '$db' --offline -q >/dev/full"
seq 200000 | sed 's/.*/{"id":"&"}/' >"$TMP/many"
linkcheck --state "$db" --offline -q "$TMP/many" 2>"$TMP/err" | head -1 \
	>"$TMP/one"
codes=("${PIPESTATUS[@]}")
ok [ "${codes[0]}" -ne 0 ]
# Nobody reads any more: the asking ends, too.
records /hang >"$TMP/in"
start=$SECONDS
linkcheck --state "$TMP/p.db" --allow-private --timeout 20 -q "$TMP/in" \
	2>"$TMP/err" | sleep 0.3
codes=("${PIPESTATUS[@]}")
is "${codes[0]}" 3 "a closed pipe while asking"
ok [ $((SECONDS - start)) -lt 10 ]
status 0 linkcheck --help
like "$(cat "$TMP/out")" '^usage: linkcheck' "help"
done_testing
