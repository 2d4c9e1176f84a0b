# SPDX-License-Identifier: GPL-3.0-or-later
# Pages: what they name is fetched by the same rules as a link; the helper.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
. "$ROOT/tests/cli/fetch-audio/wav.inc"
r=$TMP/root
for i in 1 2 3; do wav 4000 "tone$i" >"$r/$i.wav"; done
echo '<meta property="og:audio" content="/1.wav">' >"$r/og.html"
echo '<audio><source src="2.wav"></audio>' >"$r/audio.html"
cat >"$r/ld.html" <<'R'
<!DOCTYPE html><html><head><script type="application/ld+json">
{"@context":"https://schema.org","@graph":[{"@type":"MusicRecording",
"name":"x","audio":{"@type":"AudioObject","contentUrl":"/moved"}}]}</script>
R
echo '<link rel=alternate type=application/rss+xml href=feed.xml>' >"$r/show.html"
cat >"$r/feed.xml" <<'R'
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>S</title>
<item><title>Episode 9</title><enclosure url="9.wav" type="audio/wav"/></item>
<item><title>Episode 3</title><enclosure url="/3.wav" type="audio/wav"/></item>
</channel></rss>
R
echo '<audio src="/og.html"></audio><audio src=/self.html>' >"$r/page.html"
echo '<audio src="/self.html"></audio>' >"$r/self.html"
echo '<audio src="/loop1"></audio><audio src="/loop2">' >"$r/loops.html"
echo '<audio src=/n1><audio src=/n2><audio src=/n3><audio src=/1.wav>' \
	>"$r/four.html"
echo '<audio src="file:///etc/passwd"><audio src="ftp://x/y">' >"$r/file.html"
echo '<p>nothing' >"$r/none.html"
echo '<audio src="/none.html">' >"$r/again.html"
{ head -c 300000 /dev/zero | tr '\0' ' '; echo '<audio src=/1.wav>'; } |
	sed '1s/^/<html>/' >"$r/long.html"
start_server <<'R'
/moved	redirect	302 /2.wav
/loop1	redirect	302 /loop2
/loop2	redirect	302 /loop1
R
records /og.html /audio.html /ld.html /page.html /self.html /loops.html \
	/four.html /file.html /none.html /again.html /long.html >"$TMP/in"
cat >>"$TMP/in" <<R
{"id":"t1","title":"episode 3","permalink_url":"http://127.0.0.1:$PORT/show.html"}
{"id":"t2","title":"Episode 4","permalink_url":"http://127.0.0.1:$PORT/show.html?4"}
{"id":"t3","title":"Episode 3","permalink_url":"http://127.0.0.1:$PORT/feed.xml"}
R
args=(--state "$TMP/l.db" --store "$TMP/audio" --allow-private --timeout 2)
status 0 fetch-audio "${args[@]}" "$TMP/in"
cat >"$TMP/want" <<'R'
ok
ok
ok
page: not audio
no audio on the page
page: redirect loop
page: http 404
no audio on the page
no audio on the page
page: not audio
ok
ok
no audio on the page
ok
R
is "$(value audio_status "$TMP/out")" "$(cat "$TMP/want")" "audio_status"
sum() { sha256sum <"$r/$1.wav" | cut -c1-64; }
is "$(value sha256 "$TMP/out" | xargs)" \
	"$(sum 1) $(sum 2) $(sum 2) - - - - - - - $(sum 1) $(sum 3) - $(sum 3)" \
	"each page's own sound"
is "$(requests '/n[123]') $(requests /1.wav)" "3 2" "three addresses are tried"
is "$(requests /9.wav)" 0 "another episode is not ours"
is "$(find "$TMP/audio" -name '.part*' | wc -l)" 0 "nothing is left over"
before=$(wc -l <"$LOG")
status 0 fetch-audio "${args[@]}" -q "$TMP/in"
is "$(wc -l <"$LOG")" "$before" "nothing is asked again"

# The helper: an argument behind --, no shell, few variables, no descriptors.
cat >"$TMP/helper" <<'H'
#!/bin/bash
echo "$# $*" >>"$LOGTO"
env >"$LOGTO.env"
ls /proc/self/fd >"$LOGTO.fd"
H
sed -i "s|\$LOGTO|$TMP/asked|" "$TMP/helper"
cat >>"$TMP/helper" <<'H'
url=${!#}
base=$(cut -d/ -f1-3 <<<"$url")
case $url in
*none*) printf 'WARNING: x\n%s/1.wav\n%s/2.wav\n' "$base" "$base" ;;
*self*) echo file:///etc/passwd ;;
*loops*) sleep 60.7 & echo "$base/1.wav"; sleep 60.7 ;;
*file*) yes "$base/1.wav" ;;
*page*) exit 1 ;;
*four*) echo "$base/og.html" ;;
*again*) echo "$base/gone" ;;
*show*) echo "http://user:secret@127.0.0.1:${base##*:}/3.wav" ;;
esac
H
chmod +x "$TMP/helper"
echo "{\"id\":\"q\",\"permalink_url\":\"http://127.0.0.1:$PORT/none.html?a=\$(touch%20$TMP/x);b'\"}" \
	>>"$TMP/in"
SECRET=1 status 0 fetch-audio "${args[@]}" --resolver "$TMP/helper -g" \
	--resolver-timeout 2 "$TMP/in"
cat >"$TMP/want" <<'R'
ok
ok
ok
resolver: failed
resolver: no address
resolver: timeout
resolver: not audio
resolver: too much output
ok
resolver: http 404
ok
ok
ok
ok
ok
R
like "$(cat "$TMP/err")" 'asked=[0-9]+ left=0 ' "two errands, one count"
is "$(value audio_status "$TMP/out")" "$(cat "$TMP/want")" "with a helper"
is "$(grep -c '^3 -g -- http://127' "$TMP/asked")" 9 \
	"its arguments: its own, --, the address"
is "$(wc -l <"$TMP/asked")" 9 "asked once for each page without sound"
ok [ ! -e "$TMP/x" ]
is "$(cut -d= -f1 "$TMP/asked.env" | grep -v '^_$\|^SHLVL$\|^PWD$' | sort | xargs)" \
	"HOME LC_ALL PATH TMPDIR" "its environment"
is "$(xargs <"$TMP/asked.fd")" "0 1 2 3" "its descriptors (3 is ls)"
for _ in $(seq 50); do
	ps -eo args | grep -q '^sleep 60.7$' || break
	sleep 0.1
done
is "$(ps -eo args | grep -c '^sleep 60.7$')" 0 "what it started ends with it"
is "$(grep -ac secret "$TMP/l.db")" 0 "no password in the journal"
is "$(grep -c secret "$TMP/out" "$TMP/err" | grep -vc ':0$')" 0 "or the output"
status 3 fetch-audio --state "$TMP/2.db" --store "$TMP/2" --allow-private \
	--resolver /nonexistent "$TMP/in"
like "$(cat "$TMP/err")" 'cannot start /nonexistent' "it says so"
status 3 fetch-audio --state "$TMP/2.db" --store "$TMP/2" \
	--resolver 'no-such-program -g' /dev/null
like "$(cat "$TMP/err")" 'cannot start no-such-program' "before it is needed"
status 0 fetch-audio --state "$TMP/2.db" --store "$TMP/2" \
	--resolver 'true -g' /dev/null
status 2 fetch-audio --state "$TMP/2.db" --store "$TMP/2" --resolver ' ' \
	/dev/null

# Its addresses, and a page's, are refused like a link's.
cat >"$TMP/connect" <<R
{"id":"a","permalink_url":"http://pub.example/page"}
R
status 0 fetch-audio --state "$TMP/3.db" --store "$TMP/3" -q \
	--connect-to "pub.example:80:127.0.0.1:$PORT" "$TMP/connect"
is "$(value audio_status "$TMP/out")" "private address" "a public name, private"
done_testing
