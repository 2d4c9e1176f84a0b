# SPDX-License-Identifier: GPL-3.0-or-later
# Tokenizers against the same written again in Python, on random vocabularies
# and texts that are hard; unigram and BPE models that sentencepiece trains
# against itself, where that is installed.
. "$ROOT/tests/tap.sh"
python=/usr/bin/python3
TOKENIZE=$BUILD/tests/helpers/tokenize
if [ ! -x $python ]; then
	skip "tokenizers as their descriptions have them" "no $python"
	done_testing
fi

ids() { sed -E 's/:[0-9]+:[0-9]+//g'; }
for seed in 1 2; do
	mkdir "$TMP/$seed"
	ok $python tests/reference/segment.py --make "$TMP/$seed" $seed
	for file in "$TMP/$seed"/*.json; do
		$python tests/reference/segment.py "$file" \
			<"$TMP/$seed/texts" >"$TMP/want"
		"$TOKENIZE" "$file" <"$TMP/$seed/texts" | ids >"$TMP/got"
		ok cmp "$TMP/want" "$TMP/got"
		is "$(wc -l <"$TMP/got")" 600 "$seed/$(basename "$file")"
	done
	# What bytes became tokens comes back.
	"$TOKENIZE" "$TMP/$seed/bytepair.json" --round <"$TMP/$seed/texts" \
		>"$TMP/got"
	is "$(cat "$TMP/got")" "600 of 600 texts come back" "round trips"
done

if $python -c 'import sentencepiece' 2>/dev/null; then
	cd "$TMP" || exit 1
	ok $python "$ROOT/tests/reference/spm.py" spm
	for kind in unigram bpe unigram-bytes bpe-bytes; do
		"$TOKENIZE" spm-$kind.json <spm-texts | ids >got
		ok cmp spm-$kind.ids got
	done
else
	skip "models of sentencepiece" "python3-sentencepiece is not installed"
fi
done_testing
