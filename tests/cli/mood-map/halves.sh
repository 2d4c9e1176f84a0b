# SPDX-License-Identifier: GPL-3.0-or-later
# Sound, words and both on labelled excerpts of artists that the model and the
# tables of sources were not made with: those whose name's SHA-256 begins with an
# odd byte (man train(1)). The middle of a quadrant is (0.5, 0.5).
. tests/tap.sh

moods=$ROOT/../shared/audio/moods
if [ ! -e "$moods/labels.csv" ]; then
	skip "moods of held-out artists" "no ../shared/audio/moods"
	done_testing
fi
# file, quadrant, artist, title, genres, of one half; some cells are quoted
half() { python3 - "$moods/labels.csv" "$1" <<'END'
import csv, hashlib, json, sys
for r in csv.DictReader(open(sys.argv[1], encoding="utf-8")):
    odd = hashlib.sha256(r["artist"].encode()).digest()[0] % 2
    if odd == (sys.argv[2] == "b"):
        print(json.dumps({"id": r["file"], "title": r["title"],
                          "artist": r["artist"], "genre": r["genres"],
                          "quadrant": r["quadrant"],
                          "audio": {"path": r["file"], "sha256": ""}}))
END
}
for h in a b; do
	half $h >"$TMP/$h"
	extract-features -q --audio-root "$moods" -o "$TMP/$h.feat" "$TMP/$h"
done
is "$(wc -l <"$TMP/b")" 260 "excerpts of other artists"
jq -r '[.id, .quadrant] | @tsv' "$TMP/a" >"$TMP/labels"
ok train mood -q --labels "$TMP/labels" --features "$TMP/a.feat" \
	-o "$TMP/a.pack" "$TMP/a"
emotion -q --fields title "$TMP/b" >"$TMP/words"
jq -c '{id}' "$TMP/b" >"$TMP/bare"

# figures TRACKS [OPTIONS] : shares on the right side of 0, valence, arousal, both;
# root mean square of errors in spreads; share within one spread
figures() {
	local tracks=$1
	shift
	mood-map -q "$@" "$tracks" | feat json --tracks "$tracks" - |
		jq -r '[.id, .valence // 0, .arousal // 0,
			.valence_spread // 0.5, .arousal_spread // 0.5] | @tsv' |
		sort >"$TMP/got"
	jq -r '[.id, .quadrant] | @tsv' "$TMP/b" | sort |
		join -t$'\t' "$TMP/got" - | awk -F'\t' '{
			tv = $6 ~ /Q[14]/ ? 0.5 : -0.5
			ta = $6 ~ /Q[12]/ ? 0.5 : -0.5
			v = tv * $2 > 0; a = ta * $3 > 0
			valence += v; arousal += a; both += v && a
			zv = (tv - $2) / $4; za = (ta - $3) / $5
			sv += zv ^ 2; sa += za ^ 2
			within += (zv ^ 2 < 1) + (za ^ 2 < 1)
		} END {
			printf "%.3f %.3f %.3f %.2f %.2f %.2f\n", valence / NR,
				arousal / NR, both / NR, sqrt(sv / NR),
				sqrt(sa / NR), within / NR / 2 }'
}
least() { # GOT LEAST NAME
	awk -v g="$1" -v l="$2" 'BEGIN { exit !(g + 0 >= l + 0) }'
	tap_result $? "$3: $1, at least $2"
}
for what in design sound words both; do
	case $what in
	design) set -- "$TMP/bare" --formula baseline --features "$TMP/b.feat" ;;
	sound) set -- "$TMP/bare" --model "$TMP/a.pack" --features "$TMP/b.feat" ;;
	words) set -- "$TMP/words" ;;
	both) set -- "$TMP/words" --model "$TMP/a.pack" --features "$TMP/b.feat" ;;
	esac
	read -r v a q zv za in < <(figures "$@")
	echo "# $what: valence half $v, arousal half $a, quadrant $q," \
		"errors $zv and $za spreads, $in within one"
	declare "v_$what=$v" "a_$what=$a" "q_$what=$q" "zv_$what=$zv" \
		"za_$what=$za"
done
# shellcheck disable=SC2154 # declared above
{
	least "$q_both" 0.60 "quadrants from sound and words"
	least "$v_both" "$v_sound" "valence, beside sound alone"
	least "$q_both" "$q_words" "quadrants, beside words alone"
	least "$q_both" "$q_design" "quadrants, beside the design's formula"
	least "$v_both" 0.70 "valence half"
	least "$a_both" 0.80 "arousal half"
	least 1.35 "$zv_both" "errors of valence, in spreads"
	least 1.35 "$za_both" "errors of arousal, in spreads"
}
done_testing
