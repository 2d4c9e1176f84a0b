# SPDX-License-Identifier: GPL-3.0-or-later
# embed text with a transformer's folder: rows of any length, prefixes, windows,
# precisions, reuse, same bytes, streams that end, and folders that are none.
# What the model computes is tests/cli/embed/encoder-reference.sh's.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
toy() { # DIR SEED DIM [LABELS KIND]
	printf '%s\n' sad happy piano rock jazz night love rain dance the of by |
		"$BUILD/tests/helpers/encodertoy" "$@"
}
toy toy 1 24
cat >in.ndjson <<-'END'
	{"id":"a","title":"Sad night","artist":"Rain","genre":"jazz","tags":["piano","love"],"n":7.60}
	{"id":"b","title":"Happy dance","tags":"rock"}
	{"id":"none","year":1999}
	{"id":"same","title":"Happy dance","tags":["rock"]}
	{"id":"failed","title":"x","error":{"tool":"ingest","code":"x","message":"x","retry":false}}
	{"id":"unsure","title":"Happy dance","imputed":{"tags":{"value":["rock"],"method":"t","confidence":0.3}}}
	{"id":"sure","title":"Happy dance","imputed":{"tags":{"value":["rock"],"method":"t","confidence":0.7}}}
END
vectors() { feat json "$1" | jq -c '[to_entries[] | select(.key | test("^t[0-9]")).value]'; }

status 0 embed text --model toy -o a.feat --records rec in.ndjson
like "$(tail -1 err)" 'in=7 ok=7 err=0' 'all are counted'
is "$(sed -n 1p rec)" "$(sed -n 1p in.ndjson)" 'records pass as they are'
like "$(feat info a.feat)" 'embed-text' 'stage'
is "$(feat columns a.feat | awk '{ print $1 }' | sed -n '1p;$p' | xargs)" \
	't000 t023' 'as many columns as the model has'
is "$(feat json a.feat | jq -r '.status + " " + .method' | sort | uniq -c | xargs)" \
	'1 no-input none 5 ok model 1 upstream none' 'statuses'
is "$(feat json a.feat | jq -c 'select(.status == "ok").confidence' | sort -u)" 1 'sure'
is "$(vectors a.feat | sed -n 1p | jq -c '(map(. * .) | add) - 1 | fabs < 1e-5')" true \
	'unit length, as without modules.json'
is "$(vectors a.feat | sed -n 2p)" "$(vectors a.feat | sed -n 4p)" \
	'tags are tags, however they are written'
is "$(vectors a.feat | sed -n 7p)" "$(vectors a.feat | sed -n 2p)" 'guesses count'
ok test "$(vectors a.feat | sed -n 6p)" != "$(vectors a.feat | sed -n 2p)"

# One text by itself, among others, on threads, from a pipe.
embed text --model toy -q -j 1 in.ndjson >b.feat
embed text --model toy -q -j 4 - <in.ndjson >c.feat
ok cmp a.feat b.feat
ok cmp a.feat c.feat
sed -n 2p in.ndjson | embed text --model toy -q -o one.feat
is "$(vectors one.feat)" "$(vectors a.feat | sed -n 2p)" 'alone as among others'

# Reuse: by what the model would read, and by all that decides what it gives.
sed 's/Sad night/Sad rain/; s/"n":7.60/"n":8/; s/"happy"/"Happy"/' in.ndjson >in2.ndjson
embed text --model toy --reuse a.feat -o d.feat in2.ndjson 2>err
like "$(tail -1 err)" 'reused=5' 'one text is another'
embed text --model toy -q -o e.feat in2.ndjson
ok cmp d.feat e.feat
touch toy/model.safetensors
embed text --model toy --reuse a.feat -o d.feat in.ndjson 2>err
like "$(tail -1 err)" 'reused=6' 'a date is no reason'
toy toy2 2 24
embed text --model toy2 --reuse a.feat -o d.feat in.ndjson 2>err
like "$(cat err)" 'reused=0' 'other weights are'
for p in bf16 int8; do
	embed text --model toy --precision $p --reuse a.feat -o $p.feat in.ndjson 2>err
	like "$(cat err)" 'reused=0' "a precision is: $p"
	is "$(jq -nc --argjson a "$(vectors a.feat | sed -n 1p)" \
		--argjson b "$(vectors $p.feat | sed -n 1p)" \
		'[$a, $b] | transpose | map(.[0] * .[1]) | add > 0.995')" true \
		"$p: nearly the same vector"
done

# Prefixes, as the folder's settings have them.
cp -r toy e5
echo '{"prompts":{"query":"query: ","passage":"passage: "}}' \
	>e5/config_sentence_transformers.json
embed text --model e5 -q -o p.feat in.ndjson
embed text --model e5 --query -q -o q.feat in.ndjson
ok test "$(vectors p.feat | sed -n 1p)" != "$(vectors q.feat | sed -n 1p)"
ok test "$(vectors p.feat | sed -n 1p)" != "$(vectors a.feat | sed -n 1p)"
embed text --model toy --query --reuse a.feat -o r.feat in.ndjson 2>err
is "$(vectors r.feat)" "$(vectors a.feat)" 'without a prefix nothing changes'

# Longer than the model takes.
long=$(for i in $(seq 100); do printf 'sad piano night '; done)
echo "{\"id\":\"long\",\"title\":\"$long\"}" >long.ndjson
status 0 embed text --model toy -o l.feat long.ndjson
like "$(cat err)" '1 of 1 texts are longer than the model takes' 'said so'
is "$(feat json l.feat | jq -r .status)" ok 'and read'
status 0 embed text --model toy -q -o l.feat long.ndjson
is "$(cat err)" '' 'not where it is to be quiet'

# Streams.
status 0 embed text --model toy -o f.feat /dev/null
is "$(feat info f.feat | awk '$1 == "rows" { print $2 }')" 0 'nothing in, no row out'
status 3 bash -c 'embed text --model toy in.ndjson >/dev/full'
status 3 embed text --model toy -o /no/such/folder/x.feat in.ndjson
for i in $(seq 400); do cat in.ndjson; done | sed 's/"id":"/&'"x"'/' |
	awk '{ sub(/"id":"x/, "\"id\":\"" NR) } 1' >many.ndjson
bash -c 'embed text --model toy -q many.ndjson 2>err; echo $? >rc' | head -c 1 >/dev/null
is "$(cat rc)" 3 'a closed pipe is noticed'
printf '{"id":"a"}\nnonsense\n' >torn.ndjson
status 4 embed text --model toy torn.ndjson

# What does not go together.
status 2 embed text --model toy --precision f64 in.ndjson
like "$(cat err)" 'f32, bf16 or int8' 'precisions'
status 2 embed text --model toy --nearest 3 sad
status 2 embed text --fit x.pack --precision f32 in.ndjson
status 2 embed text --fit x.pack --query in.ndjson

# Folders that are none.
mkdir empty
status 4 embed text --model empty in.ndjson
like "$(cat err)" 'empty.*config.json' 'an empty one'
for f in config.json tokenizer.json model.safetensors; do
	rm -rf bad && cp -r toy bad && rm bad/$f
	status 4 embed text --model bad in.ndjson
	like "$(cat err)" "${f%.*}" "without its $f"
	rm -rf bad && cp -r toy bad && head -c 50 toy/$f >bad/$f
	status 4 embed text --model bad in.ndjson
done
rm -rf bad && cp -r toy bad
sed 's/"model_type":"bert"/"model_type":"llama"/' toy/config.json >bad/config.json
status 4 embed text --model bad in.ndjson
like "$(cat err)" 'llama' 'a family that is not known is named'
sed 's/"hidden_size":24/"hidden_size":32/' toy/config.json >bad/config.json
status 4 embed text --model bad in.ndjson
cp toy/config.json bad/
sed 's/"BertPreTokenizer"/"FancyCutter"/' toy/tokenizer.json >bad/tokenizer.json
status 4 embed text --model bad in.ndjson
like "$(cat err)" 'FancyCutter' 'so is a part of a tokenizer'
# a weight that is no number
cp toy/tokenizer.json bad/
head -c -4000 toy/model.safetensors >bad/model.safetensors
head -c 4000 /dev/zero | tr '\0' '\377' >>bad/model.safetensors
status 0 embed text --model bad -o n.feat in.ndjson
like "$(feat info n.feat)" 'undecodable' 'what gives no number costs the rows'
status 1 embed text --model bad --max-errors 0 -o n.feat in.ndjson
done_testing
