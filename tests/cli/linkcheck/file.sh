# SPDX-License-Identifier: GPL-3.0-or-later
# file: only where it is allowed, and regular files only.
. "$ROOT/tests/tap.sh"
echo sound >"$TMP/a song.mp3"
mkfifo "$TMP/pipe"
for f in 'a%20song.mp3' absent pipe .; do
	echo "{\"id\":\"$f\",\"permalink_url\":\"file://$TMP/$f\"}"
done >"$TMP/in"
reasons() {
	sed 's/.*"url_status":"\([^"]*\)","url_reason":"\([^"]*\)".*/\1 \2/' \
		"$TMP/out" | tr '\n' ,
}
status 0 linkcheck --state "$TMP/a.db" -q "$TMP/in"
is "$(reasons)" "UNKNOWN bad url,UNKNOWN bad url,UNKNOWN bad url,UNKNOWN bad url," \
	"not without --allow-file"
status 0 linkcheck --state "$TMP/a.db" --allow-file -q "$TMP/in"
is "$(reasons)" "VALID file,UNKNOWN no file,UNKNOWN no file,UNKNOWN no file," \
	"regular files"
status 0 linkcheck --state "$TMP/a.db" --allow-file --offline -q "$TMP/in"
is "$(reasons)" "VALID file,UNKNOWN no file,UNKNOWN no file,UNKNOWN no file," \
	"offline, as it was"
done_testing
