# SPDX-License-Identifier: GPL-3.0-or-later
# An index of a transformer's vectors: built, updated, verified, exported and
# asked; with lists; the model that moved, changed or went; and what is not to be
# mixed.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
toy() { # DIR SEED DIM
	printf '%s\n' sad rain piano happy sun dance angry fire metal calm sea \
		ambient artist by pop | "$BUILD/tests/helpers/encodertoy" "$@"
}
for i in $(seq 1 60); do
	case $((i % 4)) in
	0) what='sad rain' ;; 1) what='happy sun' ;;
	2) what='angry fire' ;; *) what='calm sea' ;;
	esac
	echo "{\"id\":\"t$i\",\"title\":\"$what $i\",\"artist\":\"Artist $((i % 11))\",\"genre\":\"pop\"}"
done >t.ndjson
first() { # INDEX QUERY [OPTION...]: the words of the best five
	local index=$1 q=$2
	shift 2
	query -q --index "$index" "$@" -- "$q" |
		rerank -q --index "$index" -k 5 --per-artist 0 |
		jq -r '.results[].title' | cut -d' ' -f1 | sort | uniq -c | xargs
}
mark() { grep -ao '{"name":.*"precision":"[a-z0-9]*"}' "$1/current"; }

toy toy 1 40
embed text --model toy -q -o t.feat t.ndjson
status 0 build-index --index i -v --text-model toy --text t.feat t.ndjson
is "$(mark i | jq -c '[.name, .path, .dim, .precision, (.digest | length), (.stamp | length)]')" \
	"[\"toy\",\"$TMP/toy\",40,\"f32\",64,64]" 'the index notes the model'
for w in sad happy angry calm; do
	is "$(first i "$w $w")" "5 $w" "it answers: $w"
done
status 0 build-index --verify --index i
is "$(build-index --export text --index i -o x.npy; head -c 128 x.npy | tr -d '\0' | grep -ao "'shape': ([0-9, ]*)")" \
	"'shape': (60, 40)" 'as long as they are'
ok build-index --index i2 -q -j 3 --text-model toy --text t.feat t.ndjson
is "$(readlink i2/current)" "$(readlink i/current)" 'the same bytes again'

# Lists, of few rows, and of dimensions beyond what sums of bytes would fit.
for dim in 40 1100; do
	toy "toy$dim" 1 $dim
	embed text --model "toy$dim" -q -o x.feat t.ndjson
	ok build-index --index "l$dim" -q --lists 8 --text-model "toy$dim" \
		--text x.feat t.ndjson
	is "$(first "l$dim" 'sad sad' --probe 2)" '5 sad' "through lists: $dim"
	is "$(query -q --index "l$dim" 'sad sad' | jq -r .searched.text)" lists 'they are'
	status 0 build-index --verify --index "l$dim"
done

# A mood alone reads no text, and asks for no model.
mv toy away
status 0 query --index i --mood 0.5,0.5
# Words do.
status 3 query --index i sad
like "$(cat err)" 'encoder toy .*/toy.*--text-model DIR' 'the model went: what to do'
is "$(first i 'sad sad' --text-model away)" '5 sad' 'it moved: it is found'
cp -r away toy
is "$(first i 'sad sad')" '5 sad' 'a copy is the same model'
toy toy 2 40
status 4 query --index i sad
like "$(cat err)" 'another model .*embed text' 'another one is not'
printf '{"query":"sad"}\n{"query":"happy"}\n' >two
status 4 bash -c 'query --index i <two'
rm -rf toy && mv away toy
is "$(query -q --index i <two | wc -l)" 2 'a stream of requests'
status 2 query --index i --text-model
mkdir empty
status 4 query --index i --text-model empty sad

# Vectors of one model with another, in any way.
toy other 3 40
embed text --model other -q -o other.feat t.ndjson
status 4 build-index --index bad --text-model toy --text other.feat t.ndjson
like "$(cat err)" "other.feat was not made with .*toy; make it again: embed text" 'named'
status 4 build-index --index bad --text-model toy --text t.feat --text other.feat t.ndjson
status 2 build-index --index bad --text-model toy t.ndjson
status 2 build-index --index bad --text t.feat t.ndjson
status 2 build-index --index bad --text-model toy --text-model other --text t.feat t.ndjson
is "$(ls bad/current 2>/dev/null)" '' 'none of them was built'

# A pack beside it, for themes; vectors of words, and an encoder where none is.
embed text --fit words.pack -q t.ndjson
embed text --model words.pack -q -o words.feat t.ndjson
ok build-index --index both -q --text-model words.pack --text-model toy --text t.feat t.ndjson
is "$(first both 'sad sad')" '5 sad' 'with a pack beside it'
status 4 build-index --index bad --text-model words.pack --text t.feat t.ndjson
status 4 build-index --index bad --text-model words.pack --text-model toy --text words.feat t.ndjson
ok build-index --index w -q --text-model words.pack --text words.feat t.ndjson
status 2 query --index w --text-model toy sad
like "$(cat err)" 'no vectors of an encoder' 'words need no folder'

# Updates.
echo '{"id":"new","title":"sad new","artist":"New"}' >new.ndjson
embed text --model toy -q -o new.feat new.ndjson
cp -r i u
ok build-index --update --index u -q --text new.feat new.ndjson
is "$(mark u)" "$(mark i)" 'the model stays'
is "$(query -q --index u 'sad new' | rerank -q --index u -k 1 | jq -r '.results[].title')" \
	'sad new' 'the new one is found'
ok build-index --update --index u -q --text-model toy --text new.feat new.ndjson
embed text --model other -q -o new2.feat new.ndjson
status 4 build-index --update --index u --text new2.feat new.ndjson
like "$(cat err)" 'not made with the encoder of the index.*embed text --model' 'what to do'
status 4 build-index --update --index u --text-model other --text new2.feat new.ndjson
embed text --model toy --precision int8 -q -o new3.feat new.ndjson
status 4 build-index --update --index u --text new3.feat new.ndjson
embed text --model words.pack -q -o new4.feat new.ndjson
status 4 build-index --update --index u --text new4.feat new.ndjson
cp -r w uw
status 4 build-index --update --index uw --text-model toy --text new.feat new.ndjson
like "$(cat err)" 'vectors of a model of words' 'nor into one of words'
ok build-index --update --index u -q --remove <(echo t1)
is "$(first u 'sad sad')" '5 sad' 'after tracks went'
done_testing
