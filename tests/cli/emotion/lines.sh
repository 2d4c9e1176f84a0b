# SPDX-License-Identifier: GPL-3.0-or-later
# Lines of text through a network that is small enough to check by hand
# (tests/helpers/emotionpack.h); lines that are no text.
. tests/tap.sh
PATH=$BUILD/tests/helpers:$PATH

emotionmake "$TMP/m" || exit 1
feel() { emotion -q --model "$TMP/m" "$@"; }
# of a text: a jq expression of "emotion"
told() { printf '%s\n' "$1" | feel "${@:3}" | jq -c ".emotion | $2"; }

is "$(echo 'I miss you!' | feel | jq -c 'keys_unsorted')" \
	'["text","emotion"]' "an object a line"
is "$(told 'I miss you!' keys_unsorted)" \
	'["top","confidence","probs","labels","valence","arousal","dominance","spread","words"]' \
	"members of emotion"
is "$(told x '.probs | keys_unsorted')" \
	'["sadness","joy","love","anger","fear","surprise","neutral","sarcasm"]' \
	"the eight classes"
# logits 3, 2, 1 and four of 0; sarcasm's odds of 1 move by (2/98) / (20/80)
want=$(awk 'BEGIN { s = 1 / (1 + 49 / 4); z = exp(3) + exp(2) + exp(1) + 4
	printf "%.3f %.3f %.3f", (1 - s) * exp(3) / z, (1 - s) * exp(2) / z, s }')
is "$(told miss '.probs | [.sadness, .love, .sarcasm]' |
	tr -d '[]' | awk -F, '{ printf "%.3f %.3f %.3f", $1, $2, $3 }')" \
	"$want" "softmax times no sarcasm; sarcasm at its prior"
is "$(told miss '[.top, .labels, .valence, .arousal, .dominance, .words]')" \
	'[["sadness","love"],["love","grief"],-0.5,-0.333,-1,["miss"]]' \
	"what else is told"
is "$(told 'yeah' '[.top[0], .valence, .sarcasm_turned]')" \
	'["sarcasm",-0.5,true]' "sarcasm turns valence, and that is said"
is "$(told 'yeah' '[.valence, .sarcasm_turned]' --sarcasm-turns 0.9)" \
	'[0.5,null]' "but not below --sarcasm-turns"
is "$(told 'yeah' '.probs.sarcasm' --sarcasm-prior 0.2)" 0.971 \
	"--sarcasm-prior of the training's share: nothing moves"
is "$(told 'miss xyzzy' '.confidence * 2 < .probs.sadness + 0.002')" true \
	"an unknown word halves the confidence"

is "$(echo 'i miss my ex' | feel --themes --targets |
	jq -c '[keys_unsorted, .themes[0].name, (.targets | type)]')" \
	'[["text","emotion","themes","targets"],"breakup","object"]' \
	"--themes and --targets"
is "$(echo | feel --themes --targets | jq -c '[.themes, .targets]')" \
	'[[],null]' "of nothing"

# other languages
is "$(told 'estoy muy triste hoy' '[.language, .top[0], .confidence <= 0.3,
	.words]')" '["es","sadness",true,["triste"]]' "Spanish"
is "$(told '슬픈 노래' '[.language, .top[0]]')" '["ko","sadness"]' "Korean"

# lines that are no text
printf 'miss\n\n \nmi\0ss\n\377\376miss\r\nlast' | feel >"$TMP/odd"
is "$(jq -c '[.text, .emotion.words]' "$TMP/odd" | tr '\n' ' ')" \
	'["miss",["miss"]] ["",[]] [" ",[]] ["mi\u0000ss",[]] ["'$'\uFFFD\uFFFD''miss",["miss"]] ["last",[]] ' \
	"empty, blank, NUL, bytes that are no UTF-8, CR, no last newline"
is "$(jq -c '.emotion.confidence' "$TMP/odd" | sed -n 2p)" 0 \
	"nothing said: nothing known"
is "$(feel </dev/null)" "" "no lines"
{ echo first; head -c 10000000 /dev/zero | tr '\0' 'x'; echo; echo miss; } |
	feel >"$TMP/long"
is "$(jq -c '[(.text | length), .emotion.top[0]]' "$TMP/long" | tr '\n' ' ')" \
	'[5,"neutral"] [10000000,"neutral"] [4,"sadness"] ' "a line of 10 MB"
{ yes 'happy miss, yeah!' | head -c 10000000 | tr '\n' ' '; echo; } |
	timeout 20 bash -c "emotion -q --model '$TMP/m'" |
	jq -c '.emotion.top[0]' >"$TMP/long"
is "$(cat "$TMP/long")" '"sarcasm"' "of words, too"

# same bytes for any -j; files and pipes
for i in $(seq 20000); do
	echo "line $i: miss $((i % 7)) happy $((i % 3)) yeah"
done >"$TMP/many"
feel -j1 "$TMP/many" >"$TMP/j1"
feel -j4 "$TMP/many" | cmp - "$TMP/j1"
is $? 0 "-j4: the bytes of -j1"
is "$(wc -l <"$TMP/j1")" 20000 "every line"
gzip -c "$TMP/many" | feel -o "$TMP/out"
ok cmp "$TMP/out" "$TMP/j1"
is "$(head -2 "$TMP/many" | feel - "$TMP/odd" | wc -l)" 8 "files one by one"

# the frame
status 0 emotion --model "$TMP/m" "$TMP/many"
like "$(cat "$TMP/err")" '^emotion: in=20000 ok=20000 err=0 ' "the last line"
feel "$TMP/many" 2>/dev/null | head -1 >/dev/null
is "${PIPESTATUS[0]}" 3 "a closed pipe is noticed"
if [ -w /dev/full ]; then
	bash -c "emotion -q --model '$TMP/m' '$TMP/many' >/dev/full" \
		2>"$TMP/err"
	is $? 3 "a full disk is noticed"
else
	skip "full disk" "no /dev/full"
fi
echo old >"$TMP/old"
status 3 emotion --model "$TMP/m" -o "$TMP/old" "$TMP/many" "$TMP/none"
is "$(cat "$TMP/old")" old "no half-written output"

# command line and models
for o in '--sarcasm-prior 0' '--sarcasm-prior 1' '--sarcasm-prior x' \
	'--sarcasm-turns 1.1' '--sarcasm-turns -0.1' '--memo x' \
	'--fields title,,tags' '--fields title,title' '--fields='; do
	# shellcheck disable=SC2086
	status 2 emotion --model "$TMP/m" $o "$TMP/none"
done
status 4 emotion --model "$TMP/none" "$TMP/many"
like "$(cat "$TMP/err")" 'none: no such file.*models.mk.*--model' \
	"a missing model: what to do"
status 4 env MOODPIPE_DATA="$TMP" emotion "$TMP/many"
like "$(cat "$TMP/err")" "$TMP/models/emotion.pack: no such file" \
	"the model that ships is looked for under data"
head -c 5000 "$TMP/m" >"$TMP/cut"
status 4 emotion --model "$TMP/cut" "$TMP/many"
status 4 emotion --model "$TMP/many" "$TMP/many"
done_testing
