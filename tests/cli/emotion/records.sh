# SPDX-License-Identifier: GPL-3.0-or-later
# Records: what is read, what is added, what passes, what is done again.
. tests/tap.sh
PATH=$BUILD/tests/helpers:$PATH

emotionmake "$TMP/m" || exit 1
feel() { emotion -q --model "$TMP/m" "$@"; }
fields=title,description,tags,lyrics

cat >"$TMP/in" <<'END'
{"id":"title","title":"Miss"}
{"id":"tags","tags":["happy","miss"]}
{"id":"both","title":"xyzzy","lyrics":"happy happy\nhappy happy"}
{"id":"none","artist":"Happy","tags":[],"emotion":{"top":["joy"]}}
{"id":"signs","title":" "}
{"id":"guess","imputed":{"description":{"value":"miss","confidence":0.5}}}
{"id":"failed","title":"happy","error":{"tool":"x","code":"y","message":"z","retry":false}}
{"id":"array","title":["happy"],"lyrics":17}
END
feel --fields $fields "$TMP/in" >"$TMP/out"
is $? 0 "a pass"
of() { jq -c --arg id "$1" 'select(.id == $id) | '"$2" "$TMP/out"; }
is "$(of title '[.emotion.top[0], .emotion.valence, .emotion.words]')" \
	'["sadness",-0.5,["Miss"]]' "the title"
is "$(of tags '.emotion.words')" '["happy"]' "tags stay apart"
is "$(of none '.emotion')" null "without text an old answer goes, too"
is "$(of signs '.emotion')" null "nor where there are no words in it"
is "$(of guess '.emotion.top[0]')" '"sadness"' "an imputed description"
is "$(of failed '.emotion')" null "a failed record passes"
is "$(of array '.emotion.confidence')" 0 "a number is text, an array is not"
# weights 1 * 1/9 and 1 * 4/12 of valences 0 and 0.5
is "$(of both '.emotion.valence * 1000 | round')" \
	"$(awk 'BEGIN { printf "%.0f", 500 * (1 / 3) / (1 / 9 + 1 / 3) }')" \
	"fields by weight and length"
is "$(feel --fields title "$TMP/in" | jq -c 'select(.id == "tags").emotion')" \
	null "only the fields that are named"
is "$(feel --fields artist "$TMP/in" |
	jq -c 'select(.id == "none").emotion.top[0]')" '"joy"' "any member"
feel --fields $fields "$TMP/out" | cmp - "$TMP/out"
is $? 0 "twice is once"

# themes and targets: where asked for; "breakup" is the table's "my ex"
feel --themes --targets --fields $fields >"$TMP/out" <<'END'
{"id":"ex","title":"i miss my ex"}
{"id":"signs","title":"..","themes":[1],"targets":2}
{"id":"none","themes":[1],"targets":2}
END
is "$(of ex '[.themes[0].name, (.targets | type)]')" '["breakup","object"]' \
	"themes and targets"
is "$(of ex '.targets.valence[0] < 0.5')" true "sadness asks for sad songs"
is "$(of none 'has("themes") or has("targets")')" false \
	"old ones go where there is no text"
is "$(feel --fields title <<<'{"id":"x","title":"a","themes":[1]}' |
	jq -c .themes)" "[1]" "and stay where they are not asked for"

# foreign bytes pass
printf '%s\n' '{"id":"a", "n":7.60,"big":12345678901234567890,"n":1e400 ,"t":"\ud800\u0000","title":"miss"}' \
	"{\"id\":\"b\",\"x\":\"$(printf '\377\376')\",\"title\":\"xx\"}" >"$TMP/odd"
feel --fields title "$TMP/odd" | sed 's/,"emotion":{.*}}$/}/' >"$TMP/back"
ok cmp "$TMP/back" "$TMP/odd"
status 4 emotion -q --model "$TMP/m" --fields title <<<'{"id":'
like "$(cat "$TMP/err")" 'standard input:1' "names the line"

# same bytes for any -j
for i in $(seq 5000); do
	echo "{\"id\":\"$i\",\"title\":\"miss $((i % 9)) happy\",\"lyrics\":\"yeah $i\"}"
done >"$TMP/many"
feel -j1 --fields $fields "$TMP/many" >"$TMP/j1"
feel -j4 --fields $fields "$TMP/many" | cmp - "$TMP/j1"
is $? 0 "-j4: the bytes of -j1"

# a memo
stage() {
	emotion --model "$TMP/m" --memo "$TMP/memo" --previous "$TMP/res" \
		-o "$TMP/res" "$@" "$TMP/many" 2>"$TMP/err"
}
reused() { sed -n 's/.* reused=\([0-9]*\) .*/\1/p' "$TMP/err"; }
stage --fields $fields
ok cmp "$TMP/res" "$TMP/j1"
stage --fields $fields
is "$(reused)" 5000 "nothing changed: all is reused"
ok cmp "$TMP/res" "$TMP/j1"
sed -i '7s/happy/furious/' "$TMP/many"
stage --fields $fields
is "$(reused)" 4999 "but the line that changed"
stage --fields title
is "$(reused)" 0 "other fields: all anew"
stage --fields title --sarcasm-prior 0.1
is "$(reused)" 0 "another prior: all anew"
stage --fields title --sarcasm-prior 0.1
is "$(reused)" 5000 "and then not"
done_testing
