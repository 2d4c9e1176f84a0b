# SPDX-License-Identifier: GPL-3.0-or-later
# Rendered songs, each encoded three ways, through fingerprint and dedupe: every
# copy finds its like, no two songs are taken for one, and nothing is lost.
. tests/tap.sh

songs="amazing-grace brahms dies-irae dnb folk"
for s in $songs; do
	{
		sed '/^variant/d' "data/demo/scores/$s.score"
		echo "variant a format=flac"
		echo "variant b level=-32 format=mp3"
		echo "variant c rate=16000 format=ogg"
	} >"$TMP/$s.score"
done
ok synth -q -j2 --dir "$TMP/x" --seconds 24 "$TMP"/*.score
cp "$TMP/x/folk-a.flac" "$TMP/x/folk-d.flac"

# NAME TITLE... : records of the files NAME-*, all of one title and duration
records() {
	local f b sum
	for f in "$TMP/x/$1"-*; do
		b=$(basename "$f")
		sum=$(sha256sum "$f")
		printf '{"id":"%s","title":"%s","artist":"Ann","duration_ms":24000,"permalink_url":"https://a.example/%s","url_status":"%s","audio":{"path":"%s","sha256":"%s"},"n":1.0}\n' \
			"$b" "$2" "$b" "$([[ $b = *-a* ]] && echo DEAD || echo VALID)" \
			"$f" "${sum%% *}"
	done
}
for s in $songs; do records "$s" "The $s"; done >"$TMP/in"
ok fingerprint -q --seconds 20 -o "$TMP/prints" "$TMP/in"
is "$(jq -c 'select(.fingerprint)|1' "$TMP/prints" | wc -l)" 16 "16 prints"

ok dedupe --fit "$TMP/table" --listed "$TMP/list" "$TMP/prints"
like "$(cat "$TMP/.tap")" 'prints=16 .*groups=5' "says what it found"
dedupe -q --model "$TMP/table" -o "$TMP/out" "$TMP/prints"
is "$(jq -r 'select(.sources)|.id' "$TMP/out" | tr '\n' ' ')" \
	"amazing-grace-b.mp3 brahms-b.mp3 dies-irae-b.mp3 dnb-b.mp3 folk-b.mp3 " \
	"one keeper a song, with a link that works"
is "$(jq -r 'select(.duplicate_of)|select((.id|split("-")[0])!=(.duplicate_of|split("-")[0]))|.id' \
	"$TMP/out")" "" "no song is taken for another"
is "$(jq -c 'select(.duplicate_of)|1' "$TMP/out" | wc -l)" 11 \
	"every copy is found"
is "$(jq -r '.id, (.sources//[]|.[].permalink_url)' "$TMP/out" | grep -c a.example)" \
	11 "the keepers name where the others are"
is "$(jq -r .id "$TMP/out" | sort)" "$(jq -r .id "$TMP/in" | sort)" \
	"every record is still there"
is "$(jq -c 'del(.sources,.duplicate_of)' "$TMP/out" | sha256sum)" \
	"$(jq -c . "$TMP/in" | sha256sum)" \
	"with its members and without the fingerprint"
is "$(jq -r '.keeper, .others[].id' "$TMP/list" | sort)" \
	"$(jq -r .id "$TMP/in" | sort)" "all are listed"
is "$(jq -c 'select(.keeper|startswith("folk"))|.others[]|select(.id=="folk-d.flac")|[.same_bytes,.seconds]' \
	"$TMP/list")" '[false,24]' "with the evidence"
is "$(jq '.others[]|select(.similarity<0.8)' "$TMP/list")" "" \
	"all of them sound alike"

# the same title, artist and duration for all: the sound alone tells
sed -E 's/"title":"[^"]*"/"title":"Untitled"/' "$TMP/prints" >"$TMP/same"
dedupe -q --fit "$TMP/t2" --listed "$TMP/l2" "$TMP/same"
is "$(jq -r '.keeper as $k|.others[]|select((.id|split("-")[0])!=($k|split("-")[0]))|.id' \
	"$TMP/l2")" "" "titles that are the same join nothing"
is "$(wc -l <"$TMP/l2")" 5 "five songs still"
# the same sound under another title
sed -E 's/"title":"[^"]*"(.*b\.mp3)/"title":"The night train (Live)"\1/' \
	"$TMP/prints" >"$TMP/other"
dedupe -q --fit "$TMP/t3" --listed "$TMP/l3" "$TMP/other"
is "$(jq -r '.keeper, .others[].id' "$TMP/l3" | grep -c mp3)" 0 \
	"a sound that is the same joins nothing"
done_testing
