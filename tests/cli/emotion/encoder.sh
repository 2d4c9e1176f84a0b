# SPDX-License-Identifier: GPL-3.0-or-later
# emotion with a transformer's folder: classes, several labels a text, numbers,
# labels of its own; what it cannot tell is absent.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
toy() { # DIR SEED DIM [LABELS KIND]
	printf '%s\n' sad happy i am the |
		"$BUILD/tests/helpers/encodertoy" "$@"
}
tell() { # DIR FILTER
	printf 'i am sad\n' | emotion -q --model "$1" | jq -c ".emotion | $2"
}
toy one 3 16 Sadness,JOY,anger,disgust single
toy many 3 16 sadness,joy,optimism,boredom,irony multiple
toy vad 3 16 valence,Arousal,dominance regression
toy own 3 16 negative,neither,positive single
toy bare 3 16

is "$(tell one 'keys')" \
	'["arousal","confidence","labels","probs","top","valence"]' 'of classes'
is "$(tell one '.probs | keys')" '["anger","joy","sadness"]' 'those it has labels for'
is "$(tell one '[.probs[]] | add - 1 | fabs < 0.002')" true 'they sum to 1'
is "$(tell one '.labels | length')" 1 'one label a text'
is "$(tell one '.labels[0] as $l | (.top[0] | {sadness: "sadness", joy: "joy", anger: "anger disgust"}[.]) | contains($l)')" \
	true 'of the strongest class'
is "$(tell one '.confidence == .probs[.top[0]]')" true 'confidence'
is "$(tell one '[.valence, .arousal] | map(. >= -1 and . <= 1) | all')" true 'a place'
is "$(tell many '.probs | keys')" '["joy","sadness","sarcasm"]' 'several labels a text'
is "$(tell many '[.probs[]] | add - 1 | fabs < 0.002')" true 'they sum to 1'
is "$(tell vad 'keys')" '["arousal","dominance","valence"]' 'numbers'
is "$(tell vad '[.[]] | map(. >= -1 and . <= 1) | all')" true 'cut off'
is "$(tell own 'keys')" '["confidence","labels"]' 'labels of its own'
is "$(tell own '.labels[0] | IN("negative", "neither", "positive")')" true 'by their names'
is "$(printf '\n' | emotion -q --model own | jq -c .emotion)" \
	'{"confidence":0,"labels":[]}' 'an empty line'

# Several fields: the mean of what is said of each, by its weight.
echo '{"id":"a","title":"i am happy","lyrics":"i am sad","x":1}
{"id":"b","title":"i am sad"}
{"id":"none","emotion":{"top":["joy"]}}' >in.ndjson
emotion -q --model own --fields title,lyrics in.ndjson >rec
is "$(jq -c '[.id, has("emotion")]' rec | xargs)" '[a,true] [b,true] [none,false]' 'records'
is "$(sed -n 2p rec | jq -c .emotion)" "$(tell own .)" 'one field: as a line'
emotion -q --model one --fields title --targets --themes in.ndjson >rec
is "$(sed -n 2p rec | jq -c '.targets | has("valence")')" true 'targets of classes'
is "$(emotion -q --model own --fields title --targets in.ndjson | sed -n 2p | jq 'has("targets")')" \
	false 'none without them'
is "$(emotion -q -j 1 --model many --fields title,lyrics in.ndjson | sha256sum)" \
	"$(emotion -q -j 4 --model many --fields title,lyrics in.ndjson | sha256sum)" 'same bytes'
seq 300 | sed 's/.*/i am happy & sad/' >lines
is "$(emotion -q -j 4 --model many lines | sha256sum)" \
	"$(emotion -q -j 1 --model many lines | sha256sum)" 'of lines, too'

# Memo: by the model.
m() { emotion --model "$1" --fields title --memo memo --previous out.ndjson \
	-o out.ndjson in.ndjson 2>err; }
m one
m one
like "$(cat err)" 'reused=3' 'a second run'
m many
like "$(cat err)" 'reused=0' 'another model'

# A text that is longer than the model takes.
status 0 emotion -q --model one <(for i in $(seq 300); do printf 'i am sad '; done)

# What does not go together, and folders that are none.
status 4 emotion --model bare /dev/null
like "$(cat err)" 'without a head' 'no head'
toy score 3 16 stars regression
status 4 emotion --model score /dev/null
like "$(cat err)" 'valence, arousal or dominance' 'numbers of something else'
status 2 emotion --model one --sarcasm-prior 0.1 /dev/null
status 2 emotion --precision int8 /dev/null
status 2 emotion --model one --precision f64 /dev/null
mkdir empty
status 4 emotion --model empty /dev/null
for p in bf16 int8; do
	is "$(emotion -q --model own --precision $p <<<'i am sad' | jq -c '.emotion.labels')" \
		"$(tell own .labels)" "at $p"
done
status 3 bash -c 'emotion --model one in.ndjson >/dev/full'
status 0 emotion -q --model one /dev/null
is "$(cat out)" '' 'nothing in, nothing out'
bash -c 'yes "i am sad" | head -5000 | emotion -q --model one 2>err2; echo $? >rc' | head -1 >/dev/null
is "$(cat rc)" 3 'a closed pipe is noticed'

# A table that says what cannot be.
mkdir data
for f in "$ROOT"/data/*; do ln -s "$f" data/; done
rm data/emotion-labels.tsv
printf 'sadness\tgloom\tsadness\tx\n' >data/emotion-labels.tsv
status 4 env MOODPIPE_DATA="$TMP/data" emotion --model one /dev/null
like "$(cat err)" 'emotion-labels.tsv:1: a label' 'a table that is wrong'
done_testing
