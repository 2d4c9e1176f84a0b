# SPDX-License-Identifier: GPL-3.0-or-later
# Guesses at genre, tags and description, with the reasons.
. tests/tap.sh

{
	# Ann: House 3 of 4. Bob: one unlabelled techno uploader.
	for i in 1 2 3; do
		printf '{"id":"ann%d","artist":"Ann","title":"Night drive %d","genre":"%s"}\n' \
			$i $i "$([ $i = 3 ] && echo house || echo House)"
	done
	printf '{"id":"ann4","artist":"Ann","title":"x","genre":"Techno"}\n'
	# five artists say "warehouse" over techno, five "fiddle" over folk
	for i in 1 2 3 4 5; do
		printf '{"id":"t%d","artist":"T%d","title":"warehouse tool","genre":"Techno"}\n' $i $i
		printf '{"id":"f%d","artist":"F%d","title":"fiddle reel","genre":"Folk"}\n' $i $i
	done
	for i in $(seq 30); do
		printf '{"id":"n%d","artist":"N%d","title":"no genre"}\n' $i $i
	done
	printf '{"id":"j1","artist":"J","title":"x","genre":"http://spam.example"}\n'
	printf '{"id":"j2","artist":"J","title":"x","genre":"2017"}\n'
	printf '{"id":"j3","artist":"J","title":"x","genre":"Unknown"}\n'
} >"$TMP/corpus"
ok impute meta --fit "$TMP/meta" "$TMP/corpus"
get() { impute meta -q --model "$TMP/meta" <<<"$2" | jq -c ".imputed.$1"; }

is "$(get genre '{"id":"a","artist":"ANN","title":"y"}')" \
	'{"value":"House","method":"artist-mode","confidence":0.643}' \
	"3 of 4, most frequent spelling; (3 + 3/14) / (4 + 1)"
is "$(get genre.value '{"id":"a","artist":"Zed","title":"A fiddle"}')" \
	'"Folk"' "a word that five artists of folk use"
is "$(get genre.method '{"id":"a","artist":"Zed","title":"A fiddle"}')" \
	'"keyword"' "by keyword"
is "$(get genre '{"id":"a","artist":"J","title":"y"}')" \
	'{"value":"Techno","method":"most-common","confidence":0.429}' \
	"URLs, numbers and Unknown are no genres: 6 of 14 are Techno"
is "$(get genre '{"id":"a","artist":"Ann","genre":"Ska"}')" null \
	"a source's genre is not guessed at"
is "$(get genre.value '{"id":"a","artist":"Ann","genre":null}')" '"House"' \
	"null is absent"

is "$(get tags.value '{"id":"a","artist":"Q","title":"Fiddle, warehouse and zzz"}')" \
	'["fiddle","warehouse"]' "known words, unknown ones left out"
is "$(get tags '{"id":"a","artist":"Q","title":"fiddle","tags":"own"}')" \
	null "a source's tags stay alone"
is "$(get tags '{"id":"a","artist":"Fiddle","title":"fiddle"}')" null \
	"the artist's name is no tag"

d() { get description "$1"; }
is "$(d '{"id":"a","artist":"Ann","extracted_vibe_text":"warm \"pads\""}')" \
	'{"value":"warm \"pads\"","method":"vibe-text","confidence":0.8}' \
	"the vibe text"
is "$(d '{"id":"a","artist":"Ann","year":1999}' | jq -r .value)" \
	"A House track by Ann from 1999" "the template"
is "$(d '{"id":"a","genre":"Electro","year":1999}' | jq -r .value)" \
	"An Electro track from 1999" "with what is known"
is "$(d '{"id":"a"}')" null "or nothing"
is "$(d '{"id":"a","artist":"Ann","description":"own"}')" null \
	"a source's description stays"

# what others put into imputed stays; twice is once; files do not matter
is "$(impute meta -q --model "$TMP/meta" <<<'{"id":"a","description":"d","genre":"g","tags":"t","imputed":{"bpm":{"value":120},"genre":{"value":"old"}}}')" \
	'{"id":"a","description":"d","genre":"g","tags":"t","imputed":{"bpm":{"value":120}}}' \
	"only its own three are replaced"
impute meta -q --model "$TMP/meta" "$TMP/corpus" >"$TMP/once"
impute meta -q -j4 --model "$TMP/meta" "$TMP/once" >"$TMP/twice"
ok cmp "$TMP/once" "$TMP/twice"
is "$(jq -c 'del(.imputed)' "$TMP/once" | sha256sum)" \
	"$(jq -c . "$TMP/corpus" | sha256sum)" "nothing foreign changed"
split -n l/4 "$TMP/corpus" "$TMP/part."
impute meta --fit "$TMP/meta4" "$TMP"/part.*
impute meta --fit "$TMP/metas" --memory 4K "$TMP/corpus"
ok cmp "$TMP/meta" "$TMP/meta4"
ok cmp "$TMP/meta" "$TMP/metas"
: >"$TMP/nothing"
ok impute meta --fit "$TMP/none" "$TMP/nothing"
is "$(impute meta -q --model "$TMP/none" <<<'{"id":"a","title":"x"}')" \
	'{"id":"a","title":"x"}' "a model of nothing guesses nothing"

status 2 impute
status 2 impute meta
status 2 impute meta --features x --fit "$TMP/x"
status 4 impute meta --model "$TMP/absent" "$TMP/corpus"
head -c 4100 "$TMP/meta" >"$TMP/short"
status 4 impute meta --model "$TMP/short" "$TMP/corpus"
status 4 impute audio --model "$TMP/meta" --features "$TMP/corpus"
status 4 impute meta --model "$TMP/meta" <<<'{"id":"a"'
if [ -w /dev/full ]; then
	bash -c "impute meta -q --model '$TMP/meta' '$TMP/corpus' >/dev/full" \
		2>"$TMP/err"
	is $? 3 "a full disk is noticed"
else
	skip "full disk" "no /dev/full"
fi
done_testing
