# SPDX-License-Identifier: GPL-3.0-or-later
# Vectors of an index for others' tools.
. tests/tap.sh
# shellcheck source=tests/cli/small-index.sh
. tests/cli/small-index.sh

small_corpus
small_index "$TMP/idx"
export_to() { # FILE ARGUMENTS...
	local to=$1
	shift
	status 0 build-index --index "$TMP/idx" -o "$to" --export "$@"
}
export_to "$TMP/text.npy" text
export_to "$TMP/text.flat" text --format flat
export_to "$TMP/text.ids" text --format ids
export_to "$TMP/audio.npy" audio --format npy
export_to "$TMP/audio.ids" audio --format ids
rows=$(wc -l <"$TMP/text.ids")
ok test "$rows" -gt 40
is "$(sort "$TMP/text.ids" | comm -23 - <(jq -r .id "$TMP/c/tracks.ndjson" |
    sort))" "" "ids are those of the tracks"
# behind the headers both formats hold the same floats
is "$(tail -c $((rows * 384 * 4)) "$TMP/text.npy" | cksum)" \
    "$(tail -c $((rows * 384 * 4)) "$TMP/text.flat" | cksum)" \
    "npy and flat hold the same vectors"
is "$(head -c 4 "$TMP/text.flat")" IxFI "an IndexFlatIP"
if [ -x /usr/bin/python3 ] && /usr/bin/python3 -c 'import numpy' 2>/dev/null; then
	is "$(/usr/bin/python3 -c '
import numpy, sys
x = numpy.load(sys.argv[1])
n = numpy.linalg.norm(x, axis=1)
print(x.shape[0], x.shape[1], bool(abs(n - 1).max() < 1e-5))' \
	    "$TMP/text.npy")" "$rows 384 True" "rows of unit length"
	# the index' vectors are those of embed text, to a byte's precision
	feat npy "$TMP/c/text.feat" >"$TMP/embed.npy"
	ok /usr/bin/python3 -c '
import numpy, sys
a, b = numpy.load(sys.argv[1]), numpy.load(sys.argv[2])
b = b[~numpy.isnan(b).any(axis=1)]
s = a @ (b / numpy.linalg.norm(b, axis=1)[:, None]).T
sys.exit(not (s.max(axis=1) > 0.999).all())' \
	    "$TMP/text.npy" "$TMP/embed.npy"
	reader=$BUILD/tests/peers/faissread
	if [ -x "$reader" ]; then
		ok "$reader" "$TMP/text.flat"
	fi
fi
status 4 build-index --index "$TMP/idx" --export text --format ivfflat
like "$(cat "$TMP/err")" "no lists" "few vectors have no lists"
status 4 build-index --index "$TMP/idx" --export cnn
like "$(cat "$TMP/err")" "no vectors of cnn" "what is not there"
status 2 build-index --index "$TMP/idx" --export words
status 2 build-index --index "$TMP/idx" --export text --format csv
status 3 build-index --index "$TMP/none" --export text
status 3 build-index --index "$TMP/idx" --export text -o /dev/full
done_testing
