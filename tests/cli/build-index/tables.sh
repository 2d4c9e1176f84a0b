# SPDX-License-Identifier: GPL-3.0-or-later
# The tables and the network that requests are read with go into the index,
# which alone answers; what is wrong with one is named.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
export MOODPIPE_DATA=$TMP/data
mkdir -p "$MOODPIPE_DATA"
cp -r "$ROOT"/data/lexicon "$ROOT"/data/*.tsv "$MOODPIPE_DATA"
small_tracks 1 10 >"$TMP/t"
index() { build-index -q --index "$TMP/$1" "$TMP/t"; }
# the bytes of a section, or its digest (index(5))
section() { # FILE NAME bytes|digest
	python3 - "$@" <<-'END'
		import struct, sys
		b = open(sys.argv[1], "rb").read()
		count, = struct.unpack_from("<I", b, 40)
		table, = struct.unpack_from("<Q", b, 48)
		for i in range(count):
		    name, at, size, digest = struct.unpack_from("<24sQQ32s", b, table + 72 * i)
		    if name.rstrip(b"\0").decode() == sys.argv[2]:
		        out = b[at:at + size] if sys.argv[3] == "bytes" else digest.hex().encode()
		        sys.stdout.buffer.write(out)
	END
}
meta() { section "$TMP/$1/current" meta bytes | jq -c "$2"; }

# without the network
status 0 index plain
ok build-index --verify --index "$TMP/plain"
is "$(meta plain '[.format, .emotion_model]')" '[6,null]' "no network, no digest"
is "$(section "$TMP/plain/current" net.info bytes | wc -c)" 0 "nor sections of it"
ok cmp <(section "$TMP/plain/current" targets bytes) "$MOODPIPE_DATA/targets.tsv"
ok cmp <(section "$TMP/plain/current" asking bytes) \
	<(cat "$MOODPIPE_DATA"/asking.tsv "$MOODPIPE_DATA"/contexts.tsv)
is "$(query --index "$TMP/plain" "sad songs" |
	jq -c '[.mood_detected.valence, .mood_detected.arousal]')" '[-0.7,-0.3]' \
	"the lexicon answers"

# with it
mkdir "$MOODPIPE_DATA/models"
pack=$MOODPIPE_DATA/models/emotion.pack
"$BUILD/tests/helpers/emotionmake" "$pack" || exit 1
status 0 index felt
ok build-index --verify --index "$TMP/felt"
is "$(meta felt .emotion_model)" \
	"\"$(head -c 96 "$pack" | tail -c 32 | od -An -tx1 | tr -d ' \n')\"" \
	"the digest of the network"
sections=$(python3 - "$pack" <<-'END'
	import struct, sys
	b = open(sys.argv[1], "rb").read()
	count, = struct.unpack_from("<I", b, 40)
	table, = struct.unpack_from("<Q", b, 48)
	for i in range(count):
	    print(b[table + 72 * i:][:24].rstrip(b"\0").decode())
END
)
like "$sections" 'net.info' "a network's sections"
for s in $sections; do
	is "$(section "$TMP/felt/current" "$s" digest)" \
		"$(section "$pack" "$s" digest)" "$s is copied"
done

# The index alone: the tables may go.
query --index "$TMP/felt" "sad party" | jq 'del(.stages)' >"$TMP/a"
MOODPIPE_DATA=$TMP/none query --index "$TMP/felt" "sad party" |
	jq 'del(.stages)' >"$TMP/b"
ok cmp "$TMP/a" "$TMP/b"

# A word more is another index.
printf 'zzyzx\t-0.9\t-0.9\tmood\tx\n' >>"$MOODPIPE_DATA/lexicon/extension.tsv"
status 0 index more
status 1 cmp -s "$TMP/felt/current" "$TMP/more/current"
is "$(section "$TMP/felt/current" themes digest)" \
	"$(section "$TMP/more/current" themes digest)" "in the lexicon alone"

# What is wrong is named, by line; a byte of the network, too.
wrong() { # FILE LINE WHAT
	cp "$MOODPIPE_DATA/$1" "$TMP/keep"
	printf '%s\n' "$2" >>"$MOODPIPE_DATA/$1"
	status 4 index wrong
	like "$(cat "$TMP/err")" "$1:[0-9]+: .*$3" "$1"
	rm "$MOODPIPE_DATA/$1"
	status 3 index wrong
	like "$(cat "$TMP/err")" "$1" "$1 is not there"
	cp "$TMP/keep" "$MOODPIPE_DATA/$1"
}
wrong lexicon/base.tsv $'word\t2\t0\tmood\tx' 'valence and arousal'
wrong lexicon/extension.tsv $'word\t0\t0\tfood\tx' 'food'
wrong lexicon/foreign.tsv $'wort\tde\tfood\t0\t0\tx' 'food'
wrong themes.tsv $'night\tnacht\t3\tx' 'weight "3"'
wrong targets.tsv $'joy\t0\t1\t0\t1\t0\t1\t90\t100\tmajor\tpop\tx' 'twice'
wrong asking.tsv $'song\t-\tx' 'expected a kind'
wrong contexts.tsv $'context\ttime\t2\t0\t-\tx' 'expected a kind'
cp "$pack" "$TMP/keep"
# header, offset of the table, first section, table
for at in 8 50 4096 $(($(stat -c %s "$pack") - 40)); do
	byte=$(tail -c +$((at + 1)) "$TMP/keep" | head -c 1 | od -An -tu1)
	printf "\\$(printf %03o $((byte ^ 255)))" |
		dd of="$pack" bs=1 seek="$at" conv=notrunc 2>/dev/null
	status 4 index wrong
	like "$(cat "$TMP/err")" "$pack: " "byte $at: the pack is named"
	cp "$TMP/keep" "$pack"
done
head -c 5000 "$TMP/keep" >"$pack"
status 4 index wrong
like "$(cat "$TMP/err")" "$pack: .*cut short" "a network cut short"
is "$(find "$TMP/wrong" -name "*.idx" | wc -l)" 0 "nothing was built"
done_testing
