# SPDX-License-Identifier: GPL-3.0-or-later
# train encoder on made-up texts: a new encoder, its vocabulary, classes and
# numbers, wide inputs, pairs, masked words, adapters; that its bytes are the same
# for any number of threads and after kill -9; bad input, a bad environment.
. tests/tap.sh

mkdir "$TMP/src"
awk 'BEGIN {
	seed = 7
	for (i = 0; i < 300; i++) {
		up = u(2); v = u(3); n = u(40)
		print w() " " (up ? "kelp" : "moss") " " w() " " \
			(v ? v > 1 ? "coal" : "chalk" : "clay") "\t" \
			(up ? "up" : "down") "\t" 1 + v "\t" (u(2) ? "pop" : "jazz") \
			> "'"$TMP"'/src/texts.tsv"
		print w() " k" n "\t" "p" n " " w() > "'"$TMP"'/src/pairs.tsv"
	}
	for (i = 0; i < 200; i++) { # only the fields tell
		g = u(2)
		print w() " " w() "\t" (g ? "up" : "down") "\t" \
			(g ? "Pop, rock" : "jazz") "\t" (g ? 8 : 20) ":00" \
			> "'"$TMP"'/src/fields.tsv"
	}
}
function u(n) { seed = seed * 48271 % 2147483647; return int(seed / 7) % n }
function w() { return "w" u(30) }'
cells='\t-\t-\t-\t-\t-\t-\t-\t-\t-'
printf "good\t1.9\t3\t.5\t.2\t.1$cells\n" >"$TMP/cues.tsv"

shape='"shape":{"hidden":32,"layers":2,"heads":2,"intermediate":64,
 "positions":32,"dropout":0.1},"vocabulary":{"size":300,"occurrence":1}'
source='"sources":[{"file":"texts.tsv","delimiter":"\t","header":false,"text":1,
 "targets":[{"head":"class","columns":[2]},{"head":"v","columns":[3]}]}]'
heads='"heads":[{"name":"class","kind":"class","labels":["up","down"],
 "calibration":"temperature"},{"name":"v","kind":"regression","labels":["v"]}]'
rates='"batch":256,"rate":0.003,"head_rate":0.003,"held":0.2,"warmup":0.1'
echo "{\"name\":\"test\",$shape,$heads,$source,$rates,\"epochs\":40,\"save\":1,
 \"checks\":[{\"name\":\"again\",$source}]}" >"$TMP/config.json"
fit() { # CONFIG OUT ARG...
	local config=$1 out=$2
	shift 2
	train encoder --config "$config" --sources "$TMP/src" \
		--cues "$TMP/cues.tsv" -o "$out" "$@"
}
value() { awk -F'\t' -v s="$2" -v n="$3" '$1 == s && $2 == n { print $3 }' "$1"; }
above() { # FILE SET NAME LEAST
	awk -v v="$(value "$1" "$2" "$3")" -v l="$4" 'BEGIN { exit !(v != "" && v >= l) }'
	tap_result $? "$2 $3 is $4 at least"
}
same() { # DIR DIR
	ok diff -r "$1" "$2"
}

status 0 fit "$TMP/config.json" "$TMP/a" -j1 --report "$TMP/a.tsv" \
	--runs "$TMP/runs"
like "$(cat "$TMP/err")" '^train encoder: 2[0-9]* rows and [0-9]* kept aside' \
	"says what it has"
like "$(cat "$TMP/err")" '^train encoder: epoch 40 of 40, ' "and how it goes"
above "$TMP/a.tsv" held class.accuracy 1
above "$TMP/a.tsv" held v.r.v .8
above "$TMP/a.tsv" again class.accuracy 1
is "$(cd "$TMP/a" && printf '%s ' .[a-z]* *)" \
	".[a-z]* config.json heads.json model.safetensors tokenizer.json tokenizer_config.json " \
	"a folder as the hub has it, and nothing else"
like "$(cat "$TMP/a/config.json")" '"1": "class.down", "2": "v.v"' "names its labels"
like "$(tr -d '\n' <"$TMP/a/heads.json")" '"name":"class".*"mean":\[0\],"deviation":\[1\]' \
	"numbers are in the weights, not in deviations"
ok test -n "$(find "$TMP/runs" -path '*metrics/loss-held')"
status 0 fit "$TMP/config.json" "$TMP/b" -j2 -q
is "$(cat "$TMP/err")" "" "-q: no word"
ok cmp "$TMP/a.tsv" "$TMP/out"
same "$TMP/a" "$TMP/b"
sed 's/"save"/"seed":5,"save"/' "$TMP/config.json" >"$TMP/other.json"
status 0 fit "$TMP/other.json" "$TMP/b" -q
cmp -s "$TMP/a/model.safetensors" "$TMP/b/model.safetensors"
is $? 1 "another seed, another model"
status 0 fit "$TMP/config.json" "$TMP/v" -q --vocabulary
is "$(ls -A "$TMP/v")" tokenizer.json "--vocabulary writes nothing else"
ok cmp "$TMP/a/tokenizer.json" "$TMP/v/tokenizer.json"

# --- what reads feelings reads it ---

feeling='"heads":[{"name":"f","kind":"class","labels":["joy","sadness"]}]'
sed 's/\tup\t/\tjoy\t/; s/\tdown\t/\tsadness\t/' "$TMP/src/texts.tsv" \
	>"$TMP/src/feelings.tsv"
echo "{$shape,$feeling,\"sources\":[{\"file\":\"feelings.tsv\",\"delimiter\":
 \"\t\",\"header\":false,\"text\":1,\"targets\":[{\"head\":\"f\",\"columns\":
 [2]}]}],$rates,\"epochs\":12}" >"$TMP/feelings.json"
status 0 fit "$TMP/feelings.json" "$TMP/feelings" -q
printf 'w1 %s w2 clay\n' kelp moss >"$TMP/lines"
status 0 emotion -q --model "$TMP/feelings" "$TMP/lines"
like "$(head -1 "$TMP/out")" '"labels":\["joy"\]' "emotion --model: joy"
like "$(tail -1 "$TMP/out")" '"labels":\["sadness"\]' "and sadness"

# only its wide half has learnt: it is read, too; a folder that is trained again
# keeps nothing of before
wide='"wide_rate":0.1,"wide":{"buckets":512,"cues":false}'
sed "s/\"rate\":0.003,\"head_rate\":0.003/\"rate\":0,\"head_rate\":0,$wide/" \
	"$TMP/feelings.json" >"$TMP/other.json"
status 0 fit "$TMP/other.json" "$TMP/feelings" -q
status 0 emotion -q --model "$TMP/feelings" "$TMP/lines"
like "$(head -1 "$TMP/out")" '"labels":\["joy"\]' "emotion reads wide inputs: joy"
like "$(tail -1 "$TMP/out")" '"labels":\["sadness"\]' "and sadness"
cp -r "$TMP/feelings" "$TMP/odd"
sed -i 's/"joy","sadness"/"joy","sadness","fear"/' "$TMP/odd/heads.json"
status 4 emotion -q --model "$TMP/odd" "$TMP/lines"
like "$(cat "$TMP/err")" 'heads.json' "heads that are not the folder's: refused"
status 0 fit "$TMP/feelings.json" "$TMP/feelings" -q
ok test ! -e "$TMP/feelings/wide.json" -a ! -e "$TMP/feelings/wide.safetensors"
status 4 emotion -q --model "$TMP/a" "$TMP/lines"
like "$(cat "$TMP/err")" '2 heads' "several heads: refused"

# --- a sudden end, many times ---

ends=0
for ((i = 0; i < 200; i++)); do
	train encoder --config "$TMP/config.json" --sources "$TMP/src" \
		--cues "$TMP/cues.tsv" -o "$TMP/k" -q -j1 >"$TMP/k.tsv" \
		2>"$TMP/err" &
	pid=$!
	ms=$(((RANDOM % 30 + i) * 10)) # later and later: setting up takes time
	sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	s=$?
	[ $s = 137 ] || break
	ends=$((ends + 1))
done
is "$s" 0 "it comes to its end in spite of kill -9"
like "$ends" '^[1-9]' "which struck"
same "$TMP/a" "$TMP/k"
ok cmp "$TMP/a.tsv" "$TMP/k.tsv"

# --- what stays of it is another training's ---

keep() { # leaves a training half done in $TMP/half
	sed 's/"epochs":40/"epochs":1000/' "$TMP/config.json" >"$TMP/long.json"
	train encoder --config "$TMP/long.json" --sources "$TMP/src" \
		--cues "$TMP/cues.tsv" -o "$TMP/half" -q >"$TMP/out" \
		2>"$TMP/err" &
	pid=$!
	for ((i = 0; i < 200; i++)); do
		[ -s "$TMP/half/.training/state" ] && break
		sleep .05
	done
}
keep
status 3 fit "$TMP/long.json" "$TMP/half" -q
like "$(cat "$TMP/err")" 'lock' "two at a time: refused"
kill -9 $pid
wait $pid 2>/dev/null # 137
status 4 fit "$TMP/config.json" "$TMP/half" -q
like "$(cat "$TMP/err")" 'state: begun with another' "another configuration"
head -c 2000 "$TMP/half/.training/state" >"$TMP/cut"
cp "$TMP/cut" "$TMP/half/.training/state"
status 4 fit "$TMP/long.json" "$TMP/half" -q
like "$(cat "$TMP/err")" 'state: broken' "a state that is cut"

# --- masked words, and adapters upon them ---

echo "{\"task\":\"words\",\"share\":0.3,$shape,\"sources\":[{\"file\":\"texts.tsv\",
 \"delimiter\":\"\t\",\"header\":false,\"text\":1}],$rates,\"epochs\":8}" \
	>"$TMP/words.json"
status 0 fit "$TMP/words.json" "$TMP/w" -q --report "$TMP/w.tsv"
above "$TMP/w.tsv" held accuracy .1
like "$(cat "$TMP/w/config.json")" 'BertForMaskedLM' "says what it is"
lora='"lora":{"rank":4,"alpha":8,"dropout":0.05,"targets":"query,value"}'
echo "{$lora,$heads,$source,$rates,\"epochs\":10}" >"$TMP/lora.json"
sed 's/"rate":0.003/"rate":0.01/' "$TMP/lora.json" >"$TMP/l.json"
status 0 fit "$TMP/l.json" "$TMP/l" -q --base "$TMP/w" --report "$TMP/l.tsv"
above "$TMP/l.tsv" held class.accuracy .9
awk -v m="$(value "$TMP/l.tsv" training moved)" \
	-v p="$(value "$TMP/l.tsv" training parameters)" \
	'BEGIN { exit !(m > 0 && m < p / 2) }'
tap_result $? "few parameters move"
ok test -s "$TMP/l/adapter_config.json"
ok test -s "$TMP/l/adapter_model.safetensors"
ok test ! -e "$TMP/l/model.safetensors"
status 0 fit "$TMP/l.json" "$TMP/m" -q --base "$TMP/w" --merge
ok test -s "$TMP/m/model.safetensors"
ok test ! -e "$TMP/m/adapter_model.safetensors"
ok cmp "$TMP/l.tsv" "$TMP/out"
# of the table of words, too
sed 's/query,value/query,value,word_embeddings/' "$TMP/l.json" >"$TMP/lw.json"
status 0 fit "$TMP/lw.json" "$TMP/lw" -q -j1 --base "$TMP/w" --report "$TMP/lw.tsv"
above "$TMP/lw.tsv" held class.accuracy .9
like "$(head -c 8000 "$TMP/lw/adapter_model.safetensors" | tr -c '[:print:]' ' ')" \
	'base_model.model.bert.embeddings.word_embeddings.lora_embedding_A"' \
	"named as PEFT does"
status 0 fit "$TMP/lw.json" "$TMP/lw2" -q -j2 --base "$TMP/w"
ok cmp "$TMP/lw.tsv" "$TMP/out"
same "$TMP/lw" "$TMP/lw2"
sed 's/query,value/query,worth/' "$TMP/l.json" >"$TMP/other.json"
status 2 fit "$TMP/other.json" "$TMP/x" -q --base "$TMP/w"
like "$(cat "$TMP/err")" 'worth' "a projection that is none"
echo "{\"frozen\":true,$heads,$source,$rates,\"epochs\":2}" >"$TMP/frozen.json"
status 0 fit "$TMP/frozen.json" "$TMP/f" -q --base "$TMP/w" --report "$TMP/f.tsv"
is "$(value "$TMP/f.tsv" training moved)" 1155.0000 "frozen: only the head moves"
status 2 fit "$TMP/frozen.json" "$TMP/w" -q --base "$TMP/w"
like "$(cat "$TMP/err")" 'base itself' "not over its own base"
status 4 fit "$TMP/frozen.json" "$TMP/x" -q --base "$TMP/l"
like "$(cat "$TMP/err")" '(merge|adapter)' "no base that is an adapter"

# --- wide and deep ---

fields='"sources":[{"file":"fields.tsv","delimiter":"\t","header":false,"text":1,
 "fields":[3,4],"targets":[{"head":"class","columns":[2]}]}]'
echo "{$shape,\"heads\":[{\"name\":\"class\",\"kind\":\"class\",\"labels\":[\"up\",
 \"down\"]}],$fields,\"wide\":{\"buckets\":256,\"fields\":[{\"name\":\"genres\"},
 {\"name\":\"time\",\"kind\":\"hour\"}]},$rates,\"wide_rate\":0.05,\"epochs\":8}" \
	>"$TMP/wide.json"
status 0 fit "$TMP/wide.json" "$TMP/d" -q --report "$TMP/d.tsv"
above "$TMP/d.tsv" held class.accuracy 1
ok test -s "$TMP/d/wide.safetensors" -a -s "$TMP/d/wide.json"
sed 's/,"wide":{.*hour"}\]}//' <(tr -d '\n' <"$TMP/wide.json") |
	sed 's/"fields":\[3,4\],//' >"$TMP/deep.json"
status 0 fit "$TMP/deep.json" "$TMP/e" -q --report "$TMP/e.tsv"
above <(awk -F'\t' -v OFS='\t' '{ print $1, $2, -$3 }' "$TMP/e.tsv") \
	held class.accuracy -.8
sed 's/"fields":\[3,4\]/"fields":[3,4,1]/' "$TMP/wide.json" >"$TMP/other.json"
status 4 fit "$TMP/other.json" "$TMP/x" -q
like "$(cat "$TMP/err")" '2 "fields" are read' "more fields than are known"

# --- pairs ---

echo "{\"task\":\"pairs\",$shape,\"sources\":[{\"file\":\"pairs.tsv\",\"delimiter\":
 \"\t\",\"header\":false,\"text\":1,\"fields\":[2]}],$rates,\"rows\":32,
 \"epochs\":12}" >"$TMP/pairs.json"
status 0 fit "$TMP/pairs.json" "$TMP/p" -q --report "$TMP/p.tsv"
sed 's/"rate":0.003/"rate":0/; s/"epochs":12/"epochs":1/' "$TMP/pairs.json" \
	>"$TMP/other.json"
status 0 fit "$TMP/other.json" "$TMP/q" -q --report "$TMP/q.tsv"
before=$(value "$TMP/q.tsv" held nearest) after=$(value "$TMP/p.tsv" held nearest)
awk -v b="$before" -v a="$after" 'BEGIN { exit !(b != "" && a > b + .3) }'
tap_result $? "more pairs find each other: $after after $before"
for f in modules.json 1_Pooling/config.json 2_Normalize/config.json \
	sentence_bert_config.json; do
	ok test -s "$TMP/p/$f"
done
sed 's/,"fields":\[2\]//' "$TMP/pairs.json" >"$TMP/other.json"
status 4 fit "$TMP/other.json" "$TMP/x" -q
like "$(cat "$TMP/err")" 'is no pair' "a pair of one text"

# --- mixed precision, checkpoints between layers, batches of a step ---

sed 's/"batch":256/"batch":128,"accumulate":2,"bf16":true,"checkpointing":true/' \
	"$TMP/feelings.json" >"$TMP/other.json"
status 0 fit "$TMP/other.json" "$TMP/h" -q --report "$TMP/h.tsv"
above "$TMP/h.tsv" held f.accuracy .95
sed 's/"checkpointing":true/"checkpointing":false/' "$TMP/other.json" >"$TMP/no.json"
status 0 fit "$TMP/no.json" "$TMP/h2" -q
ok cmp "$TMP/h/model.safetensors" "$TMP/h2/model.safetensors"

# --- early stopping ---

sed 's/"epochs":40/"epochs":60,"patience":2/; s/0.003/0.02/g' "$TMP/config.json" \
	>"$TMP/other.json"
status 0 fit "$TMP/other.json" "$TMP/s" --report "$TMP/s.tsv"
like "$(tail -1 "$TMP/err")" 'epoch [1-5]?[0-9] of 60' "stops when it gains nothing"
last=$(sed -n 's/.*epoch \([0-9]*\) of.*/\1/p' "$TMP/err" | tail -1)
is "$(value "$TMP/s.tsv" training epochs)" "$((last - 2)).0000" \
	"and takes the best epoch"

# --- what is wrong ---

refused() { # STATUS REGEX ARG...
	local want=$1 re=$2
	shift 2
	status "$want" train encoder -q --sources "$TMP/src" \
		--cues "$TMP/cues.tsv" "$@"
	like "$(cat "$TMP/err")" "$re" "says: $re"
}
c=$TMP/config.json
refused 2 'needs --config' -o "$TMP/x"
refused 2 'needs --config' --config "$c"
refused 2 'needs --config' --config "$c" -o -
refused 2 'no operands' --config "$c" -o "$TMP/x" more
refused 2 'at most one' --config "$c" -o "$TMP/x" --merge --vocabulary
refused 2 'one of them' --config "$c" -o "$TMP/x" --base "$TMP/w"
refused 3 'none.json' --config "$TMP/none.json" -o "$TMP/x"
refused 3 'none/' --config "$c" --sources "$TMP/none" -o "$TMP/x"
refused 3 'none' --config "$TMP/lora.json" --base "$TMP/none" -o "$TMP/x"
refused 4 'neither' --config "$TMP/lora.json" -o "$TMP/x"
refused 3 '.' --config "$c" -o "$TMP/cues.tsv/x"
refused 3 'none/report' --config "$c" -o "$TMP/x" --report "$TMP/none/report"
refused 3 'No space|cannot write' --config "$c" -o "$TMP/x" --report /dev/full
refused 3 '.' --config "$c" -o "$TMP/x" --runs "$TMP/cues.tsv/runs"
sed 's/"save":1/"save":1,"epcohs":1/' "$c" >"$TMP/other.json"
refused 4 'other.json: .*"epcohs" is no setting' --config "$TMP/other.json" -o "$TMP/x"
sed 's/"size":300/"size":20/' "$c" >"$TMP/other.json"
refused 4 'does not hold' --config "$TMP/other.json" -o "$TMP/x"
sed 's/"up","down"/"up"/' "$c" >"$TMP/other.json"
refused 4 'texts.tsv:[0-9]*: "down" is no label' --config "$TMP/other.json" -o "$TMP/x"
sed 's/0.003/1/g; s/"warmup"/"clip":0,"warmup"/' "$c" >"$TMP/other.json"
train encoder -q --config "$TMP/other.json" --sources "$TMP/src" -o "$TMP/x" \
	>"$TMP/out" 2>"$TMP/err" # diverges, or not: it must not crash
ok test $? -lt 128
rm -rf "$TMP/x"
(
	trap '' XFSZ
	ulimit -f 20
	fit "$c" "$TMP/x" -q >"$TMP/out" 2>"$TMP/err"
)
is $? 3 "a full disk"
ok test ! -e "$TMP/x/model.safetensors"
status 0 fit "$c" "$TMP/x" -q
same "$TMP/a" "$TMP/x"
done_testing
