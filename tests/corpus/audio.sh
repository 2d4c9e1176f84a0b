# SPDX-License-Identifier: GPL-3.0-or-later
# A crawl of real audio behind loopback links, some dead, moved, corrupt. The
# titles say nothing: what puts the calm above the loud is their sound.
. tests/tap.sh
export HEAL_BUDGET=0 # no catalogue is asked
audio=$ROOT/../shared/audio
if [ ! -e "$audio/moods/labels.csv" ]; then
	skip "a crawl of real audio" "no $audio"
	done_testing
fi
clips() { # QUADRANT N
	awk -F, -v q="$1" '$2 == q { print $1 }' "$audio/moods/labels.csv" |
	    sort | head -n "$2"
}
hostile=$(cd "$audio" && find hostile -name '*.ogg' -size +1k | sort | head -4)

: >"$TMP/rules"
echo 'title,artist,permalink_url' >"$TMP/crawl.csv"
i=0
row() { # PATH ID : a row; the artist changes with every row
	i=$((i + 1))
	echo "Take $i,Band $((i / 2)),http://corpus.test/$1" >>"$TMP/crawl.csv"
}
for f in $(clips Q4 30) $(clips Q2 30); do row "moods/$f"; done
for f in $(clips Q1 3); do row "dead/$f"; done	# no file: 404
for f in $(clips Q3 3); do
	row "moved/$f"
	printf '/moved/%s\tredirect\t301 /moods/%s\n' "$f" "$f" >>"$TMP/rules"
done
for f in $hostile; do row "$f"; done
n=$i

"$BUILD/tests/helpers/faultd" --root "$audio" --rules "$TMP/rules" \
    --port-file "$TMP/port" &
server=$!
trap 'kill $server' EXIT
for _ in $(seq 100); do [ -s "$TMP/port" ] || sleep 0.05; done

c=$TMP/c
status 0 env CORPUS="$c" CRAWL="$TMP/crawl.csv" ALLOW_PRIVATE=1 \
    AS_OF=2024-06-30 \
    NET_OPTIONS="--connect-to corpus.test:80:127.0.0.1:$(cat "$TMP/port")" \
    pipelines/corpus.sh corpus
tail -3 "$TMP/err" | sed 's/^/# /'

cat "$c"/shards/*/tracks.ndjson >"$TMP/tracks"
is "$(wc -l <"$TMP/tracks")" "$n" "every row is a record"
is "$(grep -c '"url_status":' "$TMP/tracks")" "$n" "each with a link status"
is "$(grep -c '"audio_status":' "$TMP/tracks")" "$n" "and an audio status"
is "$(grep -c '"url_status":"DEAD"' "$TMP/tracks")" 3 "dead links are DEAD"
is "$(grep -c '"redirect_url":"http://corpus.test/moods/' "$TMP/tracks")" 3 \
    "moved links name their target"
is "$(for f in "$c"/shards/*/audio.feat; do feat json "$f"; done | wc -l)" \
    "$n" "each has a feature row"

query --index "$c/index" calm | rerank --index "$c/index" -k 20 >"$TMP/calm"
query --index "$c/index" "loud angry" |
    rerank --index "$c/index" -k 20 >"$TMP/loud"
quadrant() { # FILE QUADRANT: how many of the answer's results are of it
	jq -r '.results[].permalink_url' "$1" | sed 's#.*/##' |
	    grep -Fcxf <(clips "$2" 1000)
}
calm=$(quadrant "$TMP/calm" Q4)
loud=$(quadrant "$TMP/loud" Q2)
echo "# of 20: calm for \"calm\" $calm, loud for \"loud angry\" $loud"
ok test "$calm" -ge 16
ok test "$loud" -ge 14
done_testing
