# SPDX-License-Identifier: GPL-3.0-or-later
# What an artist's other tracks say, and what they cannot.
. tests/tap.sh

rows() { # ARTIST COUNT TITLE GENRE MINUTES
	for i in $(seq "$2"); do
		printf '{"id":"%s-%s-%d","artist":"%s","title":"%s %d","genre":"%s","duration_ms":%d}\n' \
			"$1" "$3" "$i" "$1" "$3" "$i" "$4" $(($5 * 60000))
	done
}
{
	rows Speaker 20 Talk "News & Politics" 12
	rows Speaker 1 "Das Wetter" "" 12
	rows Speaker 1 "Blue Monday (cover)" "" 4
	rows Band 20 Song Rock 4
	rows Band 1 "Das Wetter" "" 12
	rows Stranger 1 "Das Wetter" "" 12
	rows Pair 1 Talk "News & Politics" 12
	rows Pair 1 "Das Wetter" "" 12
	rows Clips 30 Idea "" 0
	rows "Newshounds Church" 30 Idea "" 4
	for i in 1 2 3 4 5 6 7 8; do # a rock station's host
		rows Host 1 "Show $i" "$([ $((i % 2)) = 0 ] && echo Comedy || echo Rock)" 2
	done
	rows Host 1 "Obituaries" "" 2
	for i in $(seq 9); do # sings into a telephone
		printf '{"id":"Phone-%d","artist":"Phone","title":"Sounds from Monday","tags":["soundcloud:source=android-record"],"duration_ms":9000}\n' "$i"
	done
	printf '{"id":"Phone-song","artist":"Phone","title":"Das Wetter","tags":["soundcloud:source=android-record"],"duration_ms":200000}\n'
} | sed 's/"duration_ms":0/"duration_ms":9000/' >"$TMP/in"
music-filter -q -o "$TMP/words" "$TMP/in"
ok music-filter --fit "$TMP/model" "$TMP/in"
ok music-filter -q --model "$TMP/model" -o "$TMP/out" "$TMP/in"
of() { # FILE ID MEMBER
	jq -r "select(.id == \"$2\") | .$3" "$1"
}
is "$(of "$TMP/words" "Speaker-Das Wetter-1" is_music)" true \
	"words alone do not tell"
is "$(of "$TMP/out" "Speaker-Das Wetter-1" music_class)" talk \
	"one of a speaker's"
is "$(of "$TMP/out" "Speaker-Das Wetter-1" 'music_reasons[0]')" \
	"80 % no music, by the artist's others" "says so"
is "$(of "$TMP/out" "Speaker-Blue Monday (cover)-1" is_music)" true \
	"a song of a speaker's is a song"
is "$(of "$TMP/out" "Band-Das Wetter-1" is_music)" true "one of a band's"
is "$(of "$TMP/out" "Pair-Das Wetter-1" music_confidence)" \
	"$(of "$TMP/words" "Pair-Das Wetter-1" music_confidence)" \
	"one other track proves nothing"
is "$(of "$TMP/out" "Stranger-Das Wetter-1" music_confidence)" \
	"$(of "$TMP/words" "Stranger-Das Wetter-1" music_confidence)" \
	"nor does the record itself"
is "$(jq -r 'select(.artist == "Clips") | .is_music' "$TMP/out" | sort -u)" true \
	"many doubts are no certainty"
is "$(jq -r 'select(.artist == "Newshounds Church") | .is_music' "$TMP/out" | sort -u)" true \
	"nor is a name that is on all tracks"
is "$(of "$TMP/words" Host-Obituaries-1 is_music)" true "words alone again"
is "$(of "$TMP/out" Host-Obituaries-1 music_class)" talk \
	"a speaker may choose genres of music, a musician seldom those of speech"
is "$(of "$TMP/out" Phone-1 is_music)" false "a telephone's noise"
is "$(of "$TMP/out" Phone-song is_music)" true \
	"what an app writes of all it records is not the artist's word"
grep -v '"Speaker"' "$TMP/in" | music-filter -q --fit "$TMP/less"
is "$(music-filter -q --model "$TMP/less" "$TMP/in" |
	jq -r 'select(.id == "Speaker-Das Wetter-1") | .is_music')" true \
	"an artist the model does not know"
done_testing
