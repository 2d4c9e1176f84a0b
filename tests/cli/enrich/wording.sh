# SPDX-License-Identifier: GPL-3.0-or-later
# What enrich reads from words: languages, instrumental or not.
. tests/tap.sh

get() { enrich -q <<<"$2" | jq -c "$1"; }
en='I walked alone through the rain last night and kept thinking about everything that we had said'
de='Ich ging gestern Nacht allein durch den Regen und dachte an alles, was wir uns gesagt haben'
es='Anoche caminaba sola bajo la lluvia y pensaba en todo lo que nos habíamos dicho aquella tarde'

# of each text, and of the song
is "$(get '[.language,.languages]' '{"id":"a","title":"Rain","description":"'"$en"'","lyrics":"'"$de"'"}')" \
	'["de",{"lyrics":"de","description":"en","title":"unknown"}]' \
	"the lyrics say more of the song than the description"
is "$(get '[.language,.languages]' '{"id":"a","title":"'"$es"'","description":"Rain"}')" \
	'["es",{"description":"unknown","title":"es"}]' \
	"what cannot be told does not hide what can"
is "$(get '[.language,.languages]' '{"id":"a","title":"Rain","description":"Free download!"}')" \
	'["unknown",null]' "too little to tell"
is "$(get '[.language,.languages]' '{"id":"a","artist":"Ann","tags":["pop"]}')" \
	'[null,null]' "no text, no language"
is "$(get .language '{"id":"a","title":"\u591c\u306b\u99c6\u3051\u308b"}')" \
	'"ja"' "a script tells at once, escapes are read"
is "$(get .language '{"id":"a","title":"https://example.org/the/rain/and/you/and/this"}')" \
	'"unknown"' "an address is in no language"

is "$(get '[.instrumental,.instrumental_reason]' '{"id":"a","title":"Rain (Instrumental)","lyrics":"'"$en"'"}')" \
	'[true,"title"]' "the title of this version"
is "$(get '[.instrumental,.instrumental_reason]' '{"id":"a","title":"Rain","tags":"instrumental","lyrics":"'"$en"'"}')" \
	'[false,"lyrics"]' "there are lyrics"
is "$(get '[.instrumental,.instrumental_reason]' '{"id":"a","title":"Rain","genre":"Instrumental Hip-Hop"}')" \
	'[true,"genre"]' "the genre"
is "$(get '[.instrumental,.instrumental_reason]' '{"id":"a","measured_elsewhere":{"spotify-like":{"instrumentalness":0.01}}}')" \
	'[false,"measured"]' "what others measured"
is "$(get '[.instrumental,.instrumental_reason]' '{"id":"a","title":"Rain","tags":["pop"]}')" \
	'[null,null]' "what nothing is said of is absent"

# threads have models of their own; the answers are the same
for i in $(seq 600); do
	case $((i % 4)) in
	0) t=$en ;; 1) t=$de ;; 2) t=$es ;; 3) t="Rain $i" ;;
	esac
	printf '{"id":"%d","description":"%s"}\n' "$i" "$t"
done >"$TMP/all"
enrich -q -j1 "$TMP/all" >"$TMP/j1"
enrich -q -j6 "$TMP/all" >"$TMP/j6"
ok cmp "$TMP/j1" "$TMP/j6"
is "$(jq -r .language "$TMP/j1" | sort | uniq -c | tr -s ' \n' ' ')" \
	" 150 de 150 en 150 es 150 unknown " "as many as there are"

# a second run replaces; the tables are part of the recipe
enrich -q "$TMP/j1" >"$TMP/twice"
ok cmp "$TMP/j1" "$TMP/twice"
mkdir "$TMP/data"
cp data/languages.conf data/instrumental-words.tsv "$TMP/data"
memo() { MOODPIPE_DATA=$TMP/data enrich --memo "$TMP/memo" \
	--previous "$TMP/m" -o "$TMP/m" "$TMP/all" 2>&1; }
memo >/dev/null
like "$(memo)" 'reused=600' "the memo answers"
printf 'rain\tyes\tt\n' >>"$TMP/data/instrumental-words.tsv"
like "$(memo)" 'reused=0' "but not after a table has changed"
printf 'rain\tperhaps\tt\n' >>"$TMP/data/instrumental-words.tsv"
MOODPIPE_DATA=$TMP/data status 4 enrich "$TMP/all"
like "$(cat "$TMP/err")" 'instrumental-words.tsv:[0-9]+: expected' \
	"names the line that is wrong"
cp data/instrumental-words.tsv "$TMP/data"
rm "$TMP/data/languages.conf"
MOODPIPE_DATA=$TMP/data status 3 enrich "$TMP/all"
echo "absent.lm xx" >"$TMP/data/languages.conf"
MOODPIPE_DATA=$TMP/data status 3 enrich "$TMP/all"
like "$(cat "$TMP/err")" 'libexttextcat-data.*absent.lm' "says what to install"
done_testing
