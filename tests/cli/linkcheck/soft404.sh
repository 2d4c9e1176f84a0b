# SPDX-License-Identifier: GPL-3.0-or-later
# Pages that say "not found" with status 200. Not proof: UNKNOWN, and DEAD only
# when it lasts.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
page() { # FILE TITLE TEXT
	printf '<html><head><title>%s</title></head><body><h1>%s</h1>
<p>%s</p><script>var t = %s;</script></body></html>\n' \
		"$2" "$2" "$3" "$RANDOM" >"$TMP/root/$1"
}
words="one two three four five six seven eight nine ten eleven twelve"
page song.html "Blue Monday" "$words thirteen fourteen a page about a song"
page other.html "404 Not Found (Original Mix) by Somebody Else" "$words"
page named.html "Not Found" "$words a song of that name"
page missing.html "Oops! Page not found | Example" "We looked everywhere."
page german.html "Seite nicht gefunden - Beispiel" "Leider."
page japanese.html "ページが見つかりません" "x"
page shell.html "Player" "loading"
page login.html "Sign in" "name and password"
page front.html "Example, a site of music" "$words welcome"
start_server <<'R'
/song.html	file	song.html
/soft/good	file	song.html
/soft/good	type	text/html
/soft/*	file	missing.html
/de/*	file	german.html
/ja/*	file	japanese.html
/same/good	file	song.html
/same/*	file	front.html
/app/*	file	shell.html
/home/*	redirect	302 /
/	file	front.html
/	type	text/html
/err/*	redirect	302 /errors/404.html?from=there
/errors/*	file	song.html
/private/*	redirect	302 /login?next=x
/login	file	login.html
/login	type	text/html
/get/*	file	missing.html
/get/*	no-head
/liar	no-head
/liar	status	404
R
to=()
i=0
while IFS=$'\t' read -r host path want; do
	i=$((i + 1))
	to+=(--connect-to "$host.test:80:127.0.0.1:$PORT")
	printf '{"id":"%d","permalink_url":"http://%s.test%s"}\n' \
		$i "$host" "$path" >>"$TMP/in"
	echo "$want" >>"$TMP/want"
done <<'R'
soft	/soft/good	VALID http 200
soft	/soft/gone	UNKNOWN soft 404
soft	/soft/gone2	UNKNOWN soft 404
honest	/song.html	VALID http 200
honest	/other.html	VALID http 200
honest	/named.html	VALID http 200
honest	/moodpipe	DEAD http 404
de	/de/lied	UNKNOWN soft 404
ja	/ja/uta	UNKNOWN soft 404
same	/same/good	VALID http 200
same	/same/gone	UNKNOWN one page for all
app	/app/song	UNKNOWN one page for all
home	/home/song	UNKNOWN soft 404
front	/	VALID http 200
err	/err/song	UNKNOWN soft 404
private	/private/song	REQUIRES_AUTH login page
get	/get/song	UNKNOWN soft 404
liar	/liar	DEAD http 404
R
db=$TMP/l.db
net() { linkcheck --state "$db" --allow-private "${to[@]}" "$@"; }
status 0 net "$TMP/in"
paste -d' ' <(value url_status "$TMP/out") <(value url_reason "$TMP/out") \
	>"$TMP/got"
is "$(diff "$TMP/got" "$TMP/want")" "" "classification"
is "$(grep -c ' /[^ ]*moodpipe-[0-9a-f]* .*soft.test' "$LOG")" 1 \
	"one probe of a host, however many links"
is "$(grep -c '^GET /soft/gone 206 bytes=0-32767' "$LOG")" 1 \
	"of a page so much is asked"
before=$(wc -l <"$LOG")
status 0 linkcheck --state "$TMP/2.db" --allow-private "${to[@]}" --no-soft404 \
	-q "$TMP/in"
is "$(value url_status "$TMP/out" | sed -n 2p)" VALID "--no-soft404"
ok [ $(($(wc -l <"$LOG") - before)) -lt 28 ]

# N failures over D days: the history's clock is set back.
if ! command -v sqlite3 >/dev/null; then
	skip "what lasts is DEAD" "no sqlite3"
	done_testing
fi
again() { # DAYS: as if all had happened so many days ago
	sqlite3 "$db" "UPDATE links SET due_at = 0,
	    checked_at = checked_at - $1 * 86400, first_failure_at =
	    max(0, first_failure_at - $1 * 86400)"
	net -q "$TMP/in" && cp "$TMP/out" "$TMP/last"
}
dead() { grep -c '"DEAD","url_reason":"[^"]*lasting"' "$TMP/last"; }
status 0 again 8
is "$(dead)" 0 "two failures in eight days are not proof"
status 0 again 8
is "$(dead)" "$(grep -c 'soft 404' "$TMP/want")" \
	"three in sixteen days are; one page for all never is"
is "$(grep '/soft/gone"' "$TMP/last" | value url_reason -)" \
	"soft 404, lasting" "the reason stays"
page missing.html "Green Tuesday" "$words back again"
page front.html "Example, a site of music" "$words welcome"
status 0 again 8
is "$(grep '/soft/gone"' "$TMP/last" | value url_reason -)" \
	"one page for all" "the first answer without a failure begins anew"
is "$(sqlite3 "$db" "SELECT first_failure_at FROM links
	WHERE url LIKE '%/soft/gone'")" 0 "in the history as well"
status 2 linkcheck --state "$db" --dead-after 3 /dev/null
like "$(cat "$TMP/err")" '3/14d' "--dead-after says what it wants"
done_testing
