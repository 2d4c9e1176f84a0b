# SPDX-License-Identifier: GPL-3.0-or-later
# A corpus of 48 tracks for the tests of build-index, query and rerank: six
# artists, sad and slow, or loud and fast; some links dead, moved or protected.
# Makes $TMP/c/{tracks.ndjson,text.pack,text.feat,sound.feat,mood.feat,audio.feat}.
FEATMAKE=$BUILD/tests/helpers/featmake

small_tracks() { # FIRST LAST
	local i word genre link
	for i in $(seq "$1" "$2"); do
		if [ $((i % 2)) = 0 ]; then
			word='lonely rain heartbreak' genre=Indie
		else
			word='party dance energetic' genre=Electronic
		fi
		case $((i % 8)) in
		1) link='"url_status":"DEAD","url_reason":"http 404",' ;;
		2) link='"url_status":"MOVED","redirect_url":"https://new.example/'$i'",' ;;
		3) link='"url_status":"REQUIRES_AUTH",' ;;
		4) link='"url_status":"UNKNOWN",' ;;
		*) link='"url_status":"VALID",' ;;
		esac
		printf '{"id":"mp%02d","title":"%s %d","artist":"Artist %d",' \
			"$i" "$word" "$i" $((i % 6))
		if [ $((i % 3)) = 0 ]; then
			printf '"imputed":{"genre":{"value":"%s","method":"t","confidence":0.5}},' $genre
		else
			printf '"genre":"%s",' $genre
		fi
		printf '%s"permalink_url":"https://old.example/%d","release_year":%d,"playback_count":%d,"popularity_tier":"%s"}\n' \
			"$link" "$i" $((1980 + i)) $((i * 10)) \
			"$([ $((i % 12)) = 5 ] && echo Viral || echo Niche)"
	done
}

small_rows() { # KIND
	local i v a
	for i in $(seq 1 48); do
		if [ $((i % 2)) = 0 ]; then v=-0.6 a=-0.2; else v=0.6 a=0.8; fi
		v=$v$((i % 7)) a=$a$((i % 5))
		case $1 in
		mood) [ $((i % 10)) = 0 ] || echo "mp$(printf %02d "$i") 5 0.8 $v $a - 0.8" ;;
		sound) echo "mp$(printf %02d "$i") $((i % 4 ? 1 : 2)) 0.9 $((60 + i)) 0.$((i % 5)) $((i % 12)) $((i % 2)) -14.5" ;;
		audio)
			printf 'mp%02d %d 0.9 %s %s' "$i" $((i % 4 ? 1 : 2)) "$v" "$a"
			printf ' 0.0%d' $(seq 1 61) | sed 's/0\.0\([0-9][0-9]\)/0.00\1/g'
			echo " 0.0$((i % 9))"
			;;
		esac
	done
}

small_corpus() {
	mkdir -p "$TMP/c"
	small_tracks 1 48 >"$TMP/c/tracks.ndjson"
	embed text -q --fit "$TMP/c/text.pack" --base none \
		"$TMP/c/tracks.ndjson"
	embed text -q --model "$TMP/c/text.pack" "$TMP/c/tracks.ndjson" \
		>"$TMP/c/text.feat"
	small_rows mood | "$FEATMAKE" mood - valence,arousal,dominance,confidence \
		>"$TMP/c/mood.feat"
	small_rows sound | "$FEATMAKE" audio - tempo,rms_mean,key,mode,loudness \
		>"$TMP/c/sound.feat"
	small_rows audio | "$FEATMAKE" audio64 - a:64:2 >"$TMP/c/audio.feat"
}

small_index() { # DIR [more build-index arguments]
	local dir=$1
	shift
	build-index -q --index "$dir" --text-model "$TMP/c/text.pack" \
		--text "$TMP/c/text.feat" --sound "$TMP/c/sound.feat" \
		--mood "$TMP/c/mood.feat" --audio "$TMP/c/audio.feat" \
		"$@" "$TMP/c/tracks.ndjson"
}
