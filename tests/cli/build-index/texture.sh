# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What an index hears: places on the axes of the texture, singing or none; by
# tables that an update must not change.
. "$ROOT/tests/tap.sh"
FEATMAKE=$BUILD/tests/helpers/featmake
export MOODPIPE_DATA=$TMP/data
mkdir -p "$MOODPIPE_DATA"
cp -r "$ROOT"/data/lexicon "$ROOT"/data/*.tsv "$MOODPIPE_DATA"
columns=centroid_mean,rolloff_mean,chroma_mean,contrast4_mean,dissonance_mean
columns+=,loudness,bass_share,harmonic_mean,onset_rate,flux_median
columns+=,instrumentalness,speechiness
words=$(seq -f 'word%g' 40 | paste -sd' ')
for i in $(seq 1 12); do
	said=
	case $i in
	2) said=',"instrumental":false' ;;
	3) said=",\"lyrics\":\"$words\"" ;;
	4) said=",\"instrumental\":true,\"lyrics\":\"$words\"" ;;
	5) said=',"lyrics":"oh, oh"' ;;
	esac
	printf '{"id":"t%02d","title":"x %d","artist":"A","permalink_url":"https://x.org/%d"%s}\n' \
		"$i" "$i" "$i" "$said"
done >"$TMP/tracks"
rows() { # FIRST LAST: brighter and rougher from row to row; 11 is imputed, 12 has none
	local i
	for i in $(seq "$1" "$(($2 < 11 ? $2 : 11))"); do
		printf 't%02d %d 0.9 %d %d 0.%02d %d 0.%02d %d 0.%02d 0.%02d %d 0.%02d 0.%d 0.1\n' \
			"$i" $((i == 11 ? 5 : 1)) $((500 * i)) $((1000 * i)) $((30 + i)) \
			$((40 - i)) $((10 + i)) $((i - 20)) $((40 - i)) $((80 - i)) \
			"$i" $((30 + i)) $((i > 5 ? 8 : 5))
	done
}
rows 1 12 | "$FEATMAKE" audio - "$columns" >"$TMP/sound"
build() { build-index -q --index "$TMP/$1" --sound "$TMP/sound" "$TMP/tracks"; }
# id, flags but for the first three, five places of each row, index(5)
texture() {
	python3 - "$TMP/$1/current" <<-'END'
		import struct, sys
		b = open(sys.argv[1], "rb").read()
		count, = struct.unpack_from("<I", b, 40)
		table, = struct.unpack_from("<Q", b, 48)
		s = {}
		for i in range(count):
		    name, at, size = struct.unpack_from("<24sQQ", b, table + 72 * i)
		    s[name.rstrip(b"\0").decode()] = b[at:at + size]
		rows = []
		for i in range(len(s["track.flags"])):
		    o = struct.unpack_from("<2Q", s["track.offsets"], 48 * i)
		    rows.append((s["track.strings"][o[0]:o[1]].decode(),
		                 s["track.flags"][i] & ~7) +
		                tuple(s["timbre.percent"][5 * i:5 * i + 5]))
		for r in sorted(rows):
		    print(*r)
	END
}
ok build full
ok build-index --verify --index "$TMP/full"
texture full >"$TMP/got"
# flags: 8 heard, 16 instrumental, 32 sung
is "$(cut -d' ' -f1,2 "$TMP/got" | paste -sd, -)" \
	't01 8,t02 40,t03 40,t04 24,t05 8,t06 24,t07 24,t08 24,t09 24,t10 24,t11 0,t12 0' \
	"heard; sung or not, by what is said, then by what was measured"
is "$(sed -n '1p;10p;11p;12p' "$TMP/got" | cut -d' ' -f3- | paste -sd, -)" \
	'5 5 5 95 5,95 95 95 5 95,100 100 100 0 100,255 255 255 255 255' \
	"places: among the measured; the imputed has one, the silent none"

# an update gives the same bytes
sed -n 1,6p "$TMP/tracks" >"$TMP/some"
rows 1 6 | "$FEATMAKE" audio - "$columns" >"$TMP/sound.some"
rows 7 12 | "$FEATMAKE" audio - "$columns" >"$TMP/sound.new"
build-index -q --index "$TMP/up" --sound "$TMP/sound.some" "$TMP/some"
ok build-index -q --update --index "$TMP/up" --sound "$TMP/sound.new" \
	<(sed -n '7,12p' "$TMP/tracks")
ok cmp "$TMP/up/current" "$TMP/full/current"

# not with other tables
sed -i 's/^warm\tbass_share\(.*\)0.4\t/warm\tbass_share\10.5\t/' "$MOODPIPE_DATA/timbre.tsv"
status 4 build-index -q --update --index "$TMP/up" --sound "$TMP/sound.new"
like "$(cat "$TMP/err")" 'another timbre.tsv or voice.tsv; build it anew' "other tables are told"
ok build-index -q --update --index "$TMP/up" "$TMP/some"
printf 'warm\tbass_share\tlinear\n' >>"$MOODPIPE_DATA/timbre.tsv"
status 4 build other
like "$(cat "$TMP/err")" 'timbre.tsv:[0-9]+: axis, feature' "and a table that is wrong"
done_testing
