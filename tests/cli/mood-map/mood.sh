# SPDX-License-Identifier: GPL-3.0-or-later
# Mood from sound, words, genre and feelings, each alone and together.
. tests/tap.sh
FEATMAKE=$BUILD/tests/helpers/featmake

columns=tempo,rms_mean,centroid_mean,onset_mean,chroma_std,flux_mean,flux_std
# rows ROW... : features of the sound; status 5 of featmake is method, see there
rows() { printf '%s\n' "$@" | "$FEATMAKE" audio - "$columns"; }
# one weight a line, so that results have a closed form; from is not needed
cat >"$TMP/sources" <<'END'
# source	axis	offset	scale	spread	most	group	shared
prior	valence	0	1	0.5	1	-	0
prior	arousal	0	1	0.5	1	-	0
prior	dominance	0	1	0.2	1	-	0
calibrated	valence	0	0.5	0.3	1	-	0
formula	valence	0	1	0.3	1	-	0
formula	arousal	0	1	0.3	1	sound	0
tags	valence	0	0.5	0.4	4	text	0
tags	arousal	0.1	0.5	0.4	4	text	0
title	valence	0	0.5	0.45	4	text	0.5
title	arousal	0	0.5	0.45	4	text	0.5
genre	valence	0	1	0.4	1	-	0
genre	arousal	0	1	0.4	1	sound	0.9
emotion	valence	0	1	0.4	1	text	0.5
emotion	arousal	0	1	-	1	text	0.5
emotion	dominance	0	1	0.1	1	-	0
lyrics	valence	0	0.5	0.45	1	text	0.5
valence	dominance	0.02	0.5	0.2	1	-	0
arousal	dominance	0	0.2	0	1	-	0
END
printf 'zorb\t-0.4\t-0.2\tmood\ttest\nzorb metal\t-0.2\t0.4\tmood\ttest\n' \
	>"$TMP/genres"
map() { mood-map --formula baseline --sources "$TMP/sources" \
	--genres "$TMP/genres" "$@"; }

cat >"$TMP/tracks" <<'END'
{"id":"least","title":"one"}
{"id":"most","title":"two"}
{"id":"middle","title":"sad sad song"}
{"id":"nobeat","title":"three"}
{"id":"nothing","title":"four"}
{"id":"words","title":"four","tags":["happy","calm"]}
{"id":"imputed","title":"four"}
{"id":"failed","title":"happy","error":{"tool":"x","code":"y","message":"z","retry":false}}
{"id":"genre","title":"one","genre":"Zorb Metal"}
{"id":"guessed","title":"one","imputed":{"genre":{"value":"zorb","method":"t","confidence":0.5}}}
{"id":"unsure","title":"one","imputed":{"genre":{"value":"zorb","method":"t","confidence":0.2}}}
{"id":"feels","emotion":{"valence":-0.5,"arousal":0.3,"dominance":-0.6,"confidence":1}}
{"id":"sung","lyrics":"la","emotion":{"valence":-0.5,"arousal":0.3,"dominance":-0.6,"confidence":1}}
{"id":"odd","emotion":{"valence":-5,"arousal":0.3,"dominance":"x","confidence":1}}
{"id":"both","title":"sad","tags":["happy"]}
END
rows 'least 1 0 60 0 500 0 0.5 1 0.9' 'most 1 0 200 0.5 5000 2 0 1 0.1' \
	'middle 1 0 130 0.25 2750 1 0.25 1 0.1' \
	'nobeat 1 0 - 0.5 5000 2 0 1 0.1' 'nothing 1 0 - - - - - - -' \
	'imputed 3 0.5 200 0.5 5000 2 0 1 0.1' >"$TMP/a.feat"
map --features "$TMP/a.feat" -o "$TMP/m.feat" "$TMP/tracks" 2>"$TMP/err"
is $? 0 "rows of some tracks only are fine"
like "$(cat "$TMP/err")" '^mood-map: in=15 ok=15 err=0' "the last line"
feat json --tracks "$TMP/tracks" "$TMP/m.feat" >"$TMP/m"
row() { # ID MEMBER... : rounded to thousandths
	local id=$1
	shift
	jq -c --arg id "$id" 'select(.id == $id) | [.[$ARGS.positional[]] |
		if type == "number" then . * 1000 | round / 1000 + 0
		else . end]' "$TMP/m" --args "$@"
}
is "$(row least status method valence arousal)" '["ok","formula",-1,-1]' \
	"every term at its low end"
is "$(row most status method valence arousal)" '["ok","formula",1,1]' \
	"every term at its high end"
is "$(row nobeat method valence arousal)" '["formula",1,1]' \
	"without a tempo the other terms stand for it"
is "$(row nothing status method)" '["no-input","none"]' \
	"neither features nor words: missing"
is "$(row failed status)" '["upstream"]' "a failed record has a row"
# a source alone is where it says, as narrow as it says; 1 - .3^2 / .5^2
is "$(row most confidence valence_spread arousal_spread)" '[0.64,0.3,0.3]' \
	"confidence is the share of the prior's variance that is gone"
# half the precision beyond the prior's: 4 + 3.556, and 1 / .09 of it half
is "$(row imputed valence valence_spread confidence)" '[0.735,0.364,0.471]' \
	"imputed sound counts by its row's confidence"
# two words, their mean .55/-.1: m = .275/.05, p = 2.25 each, twice
is "$(row words method valence arousal valence_spread)" \
	'["lexicon",0.404,0.074,0.343]' "each word counts"
is "$(row genre method valence arousal)" '["genre-prototype",-0.2,0.4]' \
	"a genre is where the table says, the longest name"
is "$(row guessed valence arousal valence_spread)" '[-0.244,-0.122,0.442]' \
	"an imputed one counts by its confidence"
is "$(row unsure status)" '["no-input"]' "but not below 0.3"
# .02 - .25 of valence; beyond .5 * -.5 + .2 * .3 the text says -.41
is "$(row feels method valence arousal dominance)" '["model",-0.5,0,-0.64]' \
	"a text's feeling, where the table lets it speak"
is "$(row sung valence)" '[-0.25]' "with lyrics it speaks as those"
is "$(row odd status)" '["no-input"]' "numbers out of range are none"
# tags .4 (p 2.25, z 1.111), title -.35 (p .938 / 2, z -1.843); chi^2 3.383
is "$(row both valence)" '[0.243]' "of two texts the surer counts fully"
is "$(row middle valence arousal)" '[-0.181,-0.114]' "words beside sound"
is "$(row most dominance)" '[0.72]' "dominance follows the two others"

# the sources disagree: wider than their precision alone would make it
is "$(row both valence_spread)" '[0.469]' "by the root of 7.385 / 5"

# the same from many threads
map -q -j4 --features "$TMP/a.feat" "$TMP/tracks" >"$TMP/j4"
ok cmp "$TMP/j4" "$TMP/m.feat"

# what ships takes a formula that was asked for as it is
mood-map -q --formula baseline --features "$TMP/a.feat" "$TMP/tracks" |
	feat json --tracks "$TMP/tracks" - >"$TMP/ships"
is "$(jq -c 'select(.id == "most") | [.valence, .arousal]' "$TMP/ships")" \
	'[1,1]' "the formula's value"

# reuse: all rows, or all but the changed one, and the same bytes
map --features "$TMP/a.feat" --reuse "$TMP/m.feat" -o "$TMP/r.feat" \
	"$TMP/tracks" 2>"$TMP/err"
like "$(cat "$TMP/err")" ' reused=14 ' "all rows are taken over but the failed"
ok cmp "$TMP/r.feat" "$TMP/m.feat"
sed 's/"sad sad song"/"Happy"/' "$TMP/tracks" >"$TMP/changed"
map --features "$TMP/a.feat" --reuse "$TMP/m.feat" -o "$TMP/r.feat" \
	"$TMP/changed" 2>"$TMP/err"
like "$(cat "$TMP/err")" ' reused=13 ' "but for the one that changed"
sed 's/"confidence":1/"confidence":0.9/' "$TMP/tracks" >"$TMP/changed"
map --features "$TMP/a.feat" --reuse "$TMP/m.feat" -o "$TMP/r.feat" \
	"$TMP/changed" 2>"$TMP/err"
like "$(cat "$TMP/err")" ' reused=12 ' "and those that feel otherwise"

# records pass through
map -q --features "$TMP/a.feat" --records "$TMP/rec" -o "$TMP/r.feat" \
	"$TMP/tracks"
ok cmp "$TMP/rec" "$TMP/tracks"

# what ships: a tag says more than a title, that more than nothing
printf '%s\n' '{"id":"a","tags":["sad"]}' '{"id":"b","title":"Sad"}' \
	'{"id":"c","tags":["sad","lonely","melancholic"]}' >"$TMP/t"
mood-map -q "$TMP/t" | feat json --tracks "$TMP/t" - >"$TMP/s"
jq -s '.[2].valence < .[0].valence and .[0].valence < .[1].valence
	and .[1].valence < 0 and .[2].confidence > .[0].confidence and
	.[0].confidence > .[1].confidence' "$TMP/s" >"$TMP/out"
is "$(cat "$TMP/out")" true "more and better words say it more surely"

# the middle of a corpus, of 40 tracks; 41 was imputed and does not count
for i in $(seq 1 41); do
	echo "t$i $((i > 40 ? 3 : 1)) 0.9 $((60 + 140 * (i % 2))) 0.5 5000 $((i % 2 * 2)) 0 1 0.1"
done >"$TMP/forty"
"$FEATMAKE" audio - "$columns" <"$TMP/forty" >"$TMP/forty.feat"
head -20 "$TMP/forty" | "$FEATMAKE" audio - "$columns" >"$TMP/first.feat"
tail -21 "$TMP/forty" | "$FEATMAKE" audio - "$columns" >"$TMP/second.feat"
seq 1 41 | sed 's/.*/{"id":"t&"}/' >"$TMP/t"
map -q --fit "$TMP/centre" --features "$TMP/forty.feat"
is $? 0 "--fit"
map -q --fit "$TMP/centre2" --features "$TMP/first.feat" \
	--features "$TMP/second.feat"
ok diff "$TMP/centre2" "$TMP/centre"
# arousal is 1 or 0, valence is 1
is "$(grep -v '^#' "$TMP/centre" | tr '\t' ' ' | xargs)" \
	"valence 1 arousal 0.5" "its centre"
map -q --centre "$TMP/centre" --features "$TMP/forty.feat" "$TMP/t" |
	feat json --tracks "$TMP/t" - |
	jq -s -c '[.[0, 1] | .valence, .arousal, .arousal_spread |
		. * 1000 | round / 1000]' >"$TMP/out"
is "$(cat "$TMP/out")" '[0,0.5,0.3,0,-0.5,0.3]' "moods lie around it"
map -q --fit "$TMP/centre" --features "$TMP/first.feat"
is "$(grep -v '^#' "$TMP/centre" | tr '\t' ' ' | xargs)" \
	"valence 0 arousal 0" "too few to have a middle"

# the model: its own path, or what ships, or the formula instead
status 4 mood-map --model "$TMP/absent" --features "$TMP/a.feat" "$TMP/t"
status 4 mood-map --model "$TMP/a.feat" --features "$TMP/a.feat" "$TMP/t"
mood-map --features "$TMP/a.feat" -o "$TMP/r.feat" "$TMP/tracks" 2>"$TMP/err"
is $? 0 "features that the model does not know"
like "$(cat "$TMP/err")" 'by the formula: models/mood.pack' "it says so"
is "$(feat json --tracks "$TMP/tracks" "$TMP/r.feat" |
	jq -r 'select(.id == "most").method')" formula "the formula stands in"

status 2 mood-map --model x --formula y "$TMP/t"
status 2 mood-map --fit "$TMP/x" "$TMP/t"
status 2 mood-map --fit "$TMP/x" --features "$TMP/a.feat" "$TMP/t"
status 2 mood-map --features "$TMP/a.feat" --features "$TMP/a.feat" "$TMP/t"
head -1 "$TMP/tracks" >"$TMP/one"
echo 'least 1 0 1' | "$FEATMAKE" audio - a >"$TMP/o.feat"
status 4 mood-map --formula baseline --features "$TMP/o.feat" "$TMP/one"
like "$(cat "$TMP/err")" 'no column "tempo"' "says which column is missing"
status 3 mood-map --features "$TMP/absent" "$TMP/one"
head -c 300 "$TMP/a.feat" >"$TMP/cut.feat"
status 4 mood-map --features "$TMP/cut.feat" "$TMP/one"
printf 'x\ttempo\t-\tramp\tlow\t1\t1\t1\n' >"$TMP/table"
status 4 mood-map --formula "$TMP/table" "$TMP/one"
like "$(cat "$TMP/err")" '/table:1: ' "names the file and line of a broken table"
printf 'prior\tvalence\t0\t1\tx\t1\t-\t0\n' >"$TMP/table"
status 4 mood-map --sources "$TMP/table" "$TMP/one"
like "$(cat "$TMP/err")" '/table:1: ' "also of a table of sources"
printf 'valence\t0\n' >"$TMP/table"
status 4 mood-map --centre "$TMP/table" "$TMP/one"
like "$(cat "$TMP/err")" 'mood-map --fit' "and what to do about a broken middle"
status 4 mood-map <<<'{"title":"no id"}'
status 4 mood-map <<<'{"id":'
if [ -w /dev/full ]; then
	bash -c "mood-map -q '$TMP/one' >/dev/full" 2>"$TMP/err"
	is $? 3 "a full disk is noticed"
else
	skip "full disk" "no /dev/full"
fi
done_testing
