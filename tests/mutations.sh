#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mutations.sh COUNT [SEED]: damages good files of every format at random and
# has them all measured. Each must get its row, in time, and the tool must not
# fall. Prints how many rows have which status and how many workers died; with
# KEEP=DIR, keeps there what cost one its life. Used by `make mutations`, and
# with a small COUNT by tests/cli/extract-features/mutations.sh.
set -u
count=$1 seed=${2:-1} batch=500
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
PATH=$BIN:$PATH
make=$BUILD/tests/helpers/soundmake
export LSAN_OPTIONS=${LSAN_OPTIONS-}

mkdir good bad
"$make" -s 4.5 -c 1 -r 22050 -a good
"$make" -s 4.5 -f OGG/OPUS -r 48000 good/opus
"$make" -s 4.5 -f FLAC/PCM_24 -r 32000 -c 6 good/six.flac
"$make" -s 4.5 base.wav
if command -v lame >/dev/null; then
	# MPEG audio more often than one format of forty.
	for b in 64 128 160; do
		lame --quiet -b $b base.wav good/cbr$b.mp3
		lame --quiet -t -b $b base.wav good/bare$b.mp3
	done
	for v in 2 5; do lame --quiet -V $v base.wav good/vbr$v.mp3; done
	lame --quiet -b 32 --resample 11.025 base.wav good/low.mp3
	lame --quiet --id3v2-only --tt Title --ta Artist -b 96 base.wav \
		good/tagged.mp3
fi
if command -v oggenc >/dev/null; then
	for q in 0 3 6; do oggenc -Q -q $q -o good/q$q.ogg base.wav; done
	cat good/q0.ogg good/q3.ogg >good/chained.ogg
fi
command -v flac >/dev/null &&
	flac -s -f --ogg --serial-number=1 -o good/flac.oga base.wav

# Formats whose headers differ at all: not every sample format of each.
find good \( -name '*PCM_S8*' -o -name '*-DOUBLE*' -o -name '*PCM_32*' \) -delete
bad=0
: >statuses
: >said
for ((first = 0; first < count; first += batch)); do
	n=$((count - first < batch ? count - first : batch))
	rm -rf bad && mkdir bad
	"$BUILD/tests/helpers/soundmutate" "$seed" $first $n bad good/* || exit 1
	for ((i = first; i < first + n; i++)); do
		echo '{"id":"m'$i'","audio":{"path":"bad/'$i'"}}'
	done >in.ndjson
	# A hang costs one file its limit; the whole batch must not take long.
	timeout 1200 extract-features -v -j2 --max-errors 100% -o a.feat \
		in.ndjson 2>err
	rc=$?
	feat json --tracks in.ndjson a.feat >rows.ndjson || rc=99
	if [ $rc -ne 0 ] || [ "$(wc -l <rows.ndjson)" -ne $n ]; then
		echo "mutations: $first to $((first + n)), seed $seed: status $rc," \
			"$(wc -l <rows.ndjson) rows" >&2
		tail -5 err >&2
		bad=1
	fi
	sed 's/.*"id":"m\([0-9]*\)".*"status":"\([a-z-]*\)".*/\2 \1/' \
		rows.ndjson >these
	cat these >>statuses
	grep -E 'crash|signal|limit|died' err >>said
	if [ -n "${KEEP-}" ]; then
		grep -E '^(crashed|excessive) ' these | while read -r _ i; do
			cp "bad/$i" "$KEEP/$seed-$i"
		done
	fi
done
cut -d' ' -f1 statuses | LC_ALL=C sort | uniq -c | LC_ALL=C sort -rn |
	awk '{ print $2 "\t" $1 }'
printf 'workers lost\t%d\n' "$(grep -cE '^(crashed|excessive) ' statuses)"
LC_ALL=C sort said | sed 's/m[0-9]*//' | uniq -c | head -20 >&2
exit $bad
