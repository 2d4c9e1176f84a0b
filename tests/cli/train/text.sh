# SPDX-License-Identifier: GPL-3.0-or-later
# train text on a made-up corpus: what it learns, that its bytes are the same for
# any number of threads, what it logs; groups stay in a fold; bad input, a bad
# environment, a sudden end.
. tests/tap.sh

mkdir "$TMP/src"
awk 'BEGIN {
	seed = 7
	for (i = 0; i < 360; i++) {
		up = u(2); fear = u(2); v = u(3)
		t = w() " " (up ? "kelp" : "moss") " " w() " " \
			(fear ? "iron" : "zinc") " " \
			(v ? v > 1 ? "coal" : "chalk" : "clay") " " w()
		print t "\t" (fear ? up ? "fear,joy" : "fear" : up ? "joy" : "") \
			> "'"$TMP"'/src/labels.tsv"
		print (i % 6 ? "train" : "dev") ",\"" t "\"," \
			(up ? "up" : "down") "," 1 + v "," 5 - v \
			> "'"$TMP"'/src/numbers.csv"
	}
	for (i = 0; i < 60; i++) { # one word, one label a group
		g = "g" w() i; label = u(2) ? "up" : "down"
		for (k = 0; k < 5; k++)
			print w() " " g " " w() "\t" label "\t" g \
				> "'"$TMP"'/src/groups.tsv"
	}
}
function u(n) { seed = seed * 48271 % 2147483647; return int(seed / 7) % n }
function w() { return "w" u(300) }'
cells='\t-\t-\t-\t-\t-\t-\t-\t-\t-'
printf "# cues\ngood\t1.9\t3\t.5\t.2\t.1$cells\n" >"$TMP/cues.tsv"

heads='"heads":[
 {"name":"feel","kind":"labels","labels":["joy","fear"]},
 {"name":"class","kind":"class","labels":["up","down","other"]},
 {"name":"va","kind":"regression","labels":["v","a"],"stacked":true}]'
numbers='"file":"numbers.csv","text":2,"header":false,"targets":[
 {"head":"class","columns":[3]},{"head":"va","columns":[4,5]}]'
labels='{"file":"labels.tsv","delimiter":"\t","text":1,"header":false,
 "targets":[{"head":"feel","columns":[2]}]}'
cat >"$TMP/config.json" <<END
{"name":"test","about":"made up","folds":3,"seed":5,"ridge":10,
"grams":{"wide_words":5,"wide_characters":30,"deep_words":5,"deep_pairs":30,
 "deep_characters":30},$heads,
"sources":[$labels,{$numbers,"where":[1,"train"]}],
"members":[{"kind":"wide","epochs":8},
 {"kind":"deep","dim":16,"filters":8,"hidden":8,"epochs":4,"patience":2}],
"checks":[{"name":"dev","sources":[{$numbers,"where":[1,"dev"]}]},
 {"name":"two","among":["up","down"],"sources":[{$numbers}]},
 {"name":"one","among":["up"],"sources":[{$numbers,"where":[3,"up"]}]}]}
END
grep -q '"where"' "$TMP/config.json" || exit 1
fit() { # MODEL ARG...
	local model=$1
	shift
	train text --config "$TMP/config.json" --cues "$TMP/cues.tsv" \
		--sources "$TMP/src" -o "$model" "$@"
}
value() { awk -F'\t' -v s="$2" -v n="$3" '$1 == s && $2 == n { print $3 }' "$1"; }
above() { # FILE SET NAME LEAST
	awk -v v="$(value "$1" "$2" "$3")" -v l="$4" 'BEGIN { exit !(v != "" && v >= l) }'
	tap_result $? "$2 $3 is $4 at least"
}

status 0 fit "$TMP/a.pack" -j1 --runs "$TMP/runs" --report "$TMP/a.tsv"
texts=$(cat "$TMP/src/labels.tsv" "$TMP/src/numbers.csv" |
	grep -Ec '	.|^train')
like "$(cat "$TMP/err")" "^train text: $texts texts, " "says what it has read"
above "$TMP/a.tsv" folds feel.macro-f1 .95
above "$TMP/a.tsv" folds class.accuracy .95
above "$TMP/a.tsv" folds va.r.v .9
above "$TMP/a.tsv" folds va.r.a .9
above "$TMP/a.tsv" dev class.accuracy .95
above "$TMP/a.tsv" two class.accuracy .95
is "$(value "$TMP/a.tsv" one class.log-loss)" 0.0000 \
	"with one class to choose from there is no doubt"
is "$(value "$TMP/a.tsv" dev class.texts)" 60.0000 "a check has its rows"
is "$(value "$TMP/a.tsv" dev feel.texts)" "" "and no other heads"
status 0 fit "$TMP/b.pack" -j2 -q --report "$TMP/b.tsv"
is "$(cat "$TMP/err")" "" "-q: no word"
status 0 fit "$TMP/c.pack" -j2 -q
ok cmp "$TMP/a.pack" "$TMP/b.pack"
ok cmp "$TMP/b.pack" "$TMP/c.pack"
ok cmp "$TMP/a.tsv" "$TMP/b.tsv"
ok cmp "$TMP/a.tsv" "$TMP/out"
# the word lists of a model are those of the table it was made with
status 0 fit "$TMP/e.pack" -q --cues "$TMP/a.pack"
ok cmp "$TMP/a.pack" "$TMP/e.pack"
is "$(grep -c . "$TMP/a.tsv")" "$(sort -u -k1,2 "$TMP/a.tsv" | grep -c .)" \
	"a figure is there once"
sed 's/"seed":5/"seed":6/' "$TMP/config.json" >"$TMP/other.json"
status 0 train text --config "$TMP/other.json" --cues "$TMP/cues.tsv" \
	--sources "$TMP/src" -q -o "$TMP/d.pack"
cmp -s "$TMP/a.pack" "$TMP/d.pack"
is $? 1 "another seed, another model"

# --- the log ---

if /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
	model=$(find "$TMP/runs" -name a.pack)
	ok cmp "$TMP/a.pack" "$model"
	rm -f "$model" # the reader reads text
	status 0 /usr/bin/python3 tests/unit/mlruns.py dump "$TMP/runs"
	for line in "experiment 1 'train text' active" "param folds '3'" \
		"param seed '5'" "param texts '$texts'" \
		"metric fold1/member1/loss 008 [0-9.e-]*" \
		"metric fold2/member2/loss-held 001 [0-9.e-]*" \
		"metric folds/class.accuracy 000 [0-9.]*" \
		"metric dev/va.r.a 000 [0-9.]*" \
		"run '$TMP/config.json' 3"; do
		like "$(cat "$TMP/out")" "^$line\$" "logged: ${line/$TMP/}"
	done
	ok cmp "$TMP/config.json" "$(find "$TMP/runs" -name config.json)"
else
	skip "mlruns" "no PyYAML"
fi

# --- groups ---

groups() { # GROUP: accuracy of folds
	cat >"$TMP/groups.json" <<-END
	{"folds":3,"grams":{"wide_words":2},$heads,"sources":[{
	"file":"groups.tsv","delimiter":"\t","text":1,"header":false,$1
	"targets":[{"head":"class","columns":[2]}]}],
	"members":[{"kind":"wide"}]}
	END
	train text --config "$TMP/groups.json" --cues "$TMP/cues.tsv" -q \
		--sources "$TMP/src" -o "$TMP/g.pack" >"$TMP/g.tsv"
	value "$TMP/g.tsv" folds class.accuracy
}
apart=$(groups '') together=$(groups '"group":3,')
ok awk "BEGIN { exit !($apart > .8) }"
ok awk "BEGIN { exit !($together < .7) }"

# --- what is wrong ---

cp "$TMP/cues.tsv" "$TMP/was"
refused() { # STATUS REGEX ARG... : and -o is as it was
	local want=$1 re=$2
	shift 2
	cp "$TMP/was" "$TMP/m.pack"
	status "$want" train text -q -o "$TMP/m.pack" "$@"
	like "$(cat "$TMP/err")" "$re" "says: $re"
	ok cmp "$TMP/was" "$TMP/m.pack"
}
all=(--config "$TMP/config.json" --cues "$TMP/cues.tsv" --sources "$TMP/src")
refused 2 'needs --config' --cues "$TMP/cues.tsv"
refused 2 'no operands' "${all[@]}" more
status 2 train text "${all[@]}" -q
status 2 train text "${all[@]}" -q -o -
refused 3 'none.json' "${all[@]}" --config "$TMP/none.json"
refused 3 'none.tsv' "${all[@]}" --cues "$TMP/none.tsv"
refused 3 'none/[a-z]*' "${all[@]}" --sources "$TMP/none"
gone='{"file":"gone.tsv","text":1,"targets":[{"head":"feel","columns":[2]}]}'
sed "s/\"dev\"\]}\]/\"dev\"]},$gone]/" "$TMP/config.json" >"$TMP/other.json"
refused 3 'gone.tsv' "${all[@]}" --config "$TMP/other.json"
refused 3 'none/report' "${all[@]}" --report "$TMP/none/report"
refused 3 'cannot write|No space' "${all[@]}" --report /dev/full
refused 3 '.' "${all[@]}" --runs "$TMP/cues.tsv/runs"
status 3 train text "${all[@]}" -q -o "$TMP/none/m.pack"
status 3 train text "${all[@]}" -q -o /dev/full
echo x >"$TMP/bad"
refused 4 'bad:1' "${all[@]}" --cues "$TMP/bad"
head -c 9000 "$TMP/a.pack" >"$TMP/cut.pack"
refused 4 'cut.pack' "${all[@]}" --cues "$TMP/cut.pack"
refused 4 'bad: not a JSON object' "${all[@]}" --config "$TMP/bad"
sed 's/"folds"/"flods"/' "$TMP/config.json" >"$TMP/other.json"
refused 4 'other.json: "flods"' "${all[@]}" --config "$TMP/other.json"
sed 's/,"where":\[1,"dev"\]/,"were":1/' "$TMP/config.json" >"$TMP/other.json"
refused 4 '"were"' "${all[@]}" --config "$TMP/other.json"
sed 's/"train"/"none"/; s/labels.tsv/empty.tsv/' "$TMP/config.json" \
	>"$TMP/other.json"
: >"$TMP/src/empty.tsv"
refused 4 'no labelled texts' "${all[@]}" --config "$TMP/other.json"
cp -r "$TMP/src" "$TMP/broken"
sed -i '7s/\t.*/\tglee/' "$TMP/broken/labels.tsv"
refused 4 'broken/labels.tsv:7: "glee"' "${all[@]}" --sources "$TMP/broken"

# --- a sudden end ---

sed 's/"epochs":8/"epochs":1000/' "$TMP/config.json" >"$TMP/other.json"
mkdir "$TMP/end"
train text "${all[@]}" --config "$TMP/other.json" -o "$TMP/end/m.pack" \
	--runs "$TMP/end.runs" 2>"$TMP/err" >/dev/null &
pid=$!
for ((i = 0; i < 100; i++)); do
	grep -q texts "$TMP/err" && break
	sleep .05
done
kill -9 $pid
wait $pid 2>/dev/null
is $? 137 "killed under way"
ok test ! -e "$TMP/end/m.pack"
if /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
	status 0 /usr/bin/python3 tests/unit/mlruns.py dump "$TMP/end.runs"
	like "$(cat "$TMP/out")" "^run .* 1\$" "its log stays, as running"
else
	skip "mlruns" "no PyYAML"
fi
done_testing
