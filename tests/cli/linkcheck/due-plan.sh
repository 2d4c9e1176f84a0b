# SPDX-License-Identifier: GPL-3.0-or-later
# --plan of linkcheck, heal and fetch-audio: what would be asked, by place; the
# history is not touched, and what --plan counts is what is asked then.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
for i in $(seq 6); do echo x >"$TMP/root/t$i"; done
start_server </dev/null
records /t1 /t2 /t3 /t1 /gone >"$TMP/in"
names=$(printf 'place\twanted\tnew\tdue\trate')
db=$TMP/s/l.db

status 0 linkcheck --state "$db" --plan "$TMP/in"
is "$(cat "$TMP/out")" "$names
$(printf '127.0.0.1\t4\t4\t4\t5')" "of no history: every link once"
ok test ! -e "$TMP/s"
status 0 linkcheck --state "$db" --allow-private --plan "$TMP/in"
like "$(cat "$TMP/out")" "^127.0.0.1	4	4	4	0$" "any rate at home"
status 0 linkcheck --state "$db" --allow-private "$TMP/in"
like "$(cat "$TMP/err")" "asked=4 " "so many were asked"
records /t1 /t2 /t3 /t5 >"$TMP/more"
echo '{"id":"x","permalink_url":"http://b.test/1"}' >>"$TMP/more"
echo '{"id":"y","title":"no link"}' >>"$TMP/more"
before=$(sha256sum "$db")
status 0 linkcheck --state "$db" --plan "$TMP/more"
is "$(cat "$TMP/out")" "$names
$(printf '127.0.0.1\t4\t1\t1\t5\nb.test\t1\t1\t1\t5')" "what is known is not due"
status 0 linkcheck --state "$db" --max-age 0 --plan "$TMP/more"
like "$(cat "$TMP/out")" "^127.0.0.1	4	1	4	5$" "old answers are"
is "$(sha256sum "$db"; ls "$TMP/s")" "$before
l.db" "the history is as it was"
status 3 linkcheck --state "$db" --plan "$TMP/none"
status 4 linkcheck --state "$TMP/in" --plan "$TMP/in"
linkcheck --state "$db" --plan "$TMP/in" >/dev/full 2>"$TMP/err"
is $? 3 "a full disk is told"

# heal: a question a catalogue about what is dead
printf '%s\n' '{"id":"d","title":"Song","artist":"Ada","permalink_url":"http://a.test/1","url_status":"DEAD"}' \
    '{"id":"e","title":"Other","artist":"Bo","permalink_url":"http://a.test/2","url_status":"VALID"}' >"$TMP/dead"
status 0 heal -q --state "$TMP/none.db" --sources "$ROOT/data/demo/sources" \
    --plan "$TMP/dead"
like "$(sed -n 2p "$TMP/out")" "^attic	1	1	1	" "a question"
status 0 heal -q --state "$TMP/none.db" --sources "$ROOT/data/demo/sources" \
    --plan </dev/null
like "$(sed -n 2p "$TMP/out")" "^attic	0	0	0	" "whom it would ask"
ok test ! -e "$TMP/none.db"
status 2 heal --near x --undo --plan "$TMP/dead"

# fetch-audio: what works and is not here
status 0 fetch-audio --state "$TMP/none.db" --store "$TMP/audio" --plan "$TMP/dead"
is "$(tail -n +2 "$TMP/out")" "$(printf 'a.test\t1\t1\t1\t5')" "a file"
ok test ! -e "$TMP/none.db" -a ! -e "$TMP/audio"
done_testing
