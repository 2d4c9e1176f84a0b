# SPDX-License-Identifier: GPL-3.0-or-later
# Made-up records in several languages and what they should be: songs that look
# like speech must stay, above all.
. tests/tap.sh

# expected class, minutes, title, genre, tags (by "|"), description
cat >"$TMP/table" <<'END'
talk	42	Episode 12: The Law of Small Numbers	Learning		In this episode our host talks to Ann about statistics
talk	31	Interview with the mayor	News & Politics
talk	55	Sunday sermon: John 3.16	Religion & Spirituality		Pastor Ann
talk	480	Moby Dick, read by Ann (unabridged)	Audiobooks
talk	25	Quarterly earnings call	Business
talk	18	Entrevista con el alcalde	Noticias
talk	12	Entrevista com o ministro		política|economia	Comento a entrevista de ontem
talk	35	Folge 12: Im Gespräch mit einer Bäckerin			In dieser Folge sprechen wir über Brot
talk	240	Hörbuch: Die Verwandlung, gelesen von Ann	Hörbuch
talk	28	Entretien avec une romancière		livres	Dans cet épisode, nous parlons de son roman
talk	30	Intervista con il sindaco		politica	In questo episodio
talk	33	Aflevering 4: de burgemeester			In deze aflevering praten we over de stad
talk	37	Avsnitt 12 - Skolan			I det här avsnittet pratar vi om skolan
talk	22	Wywiad z pisarką			W tym odcinku rozmawiamy o książkach
talk	14	Röportaj: Belediye başkanı	Haber
talk	300	Аудиокнига: Мёртвые души	Аудиокниги
talk	19	Интервью с учителем		интервью
talk	26	Ceramah Jumat	Ceramah
talk	21	インタビュー 作家	ニュース
talk	17	محاضرة عن التاريخ	القرآن
talk	20	인터뷰: 작가		podcast	설교
talk	9	سورة الملك	Quran
talk	45	Dhamma talk on patience	Religion & Spirituality
talk	4	Hotel advert	Voice Over		A voiceover for the radio
talk	50	DJ Ann talks about her life in music	Interviews		In this interview
talk	5.2	Bob Smith - Bad Water	Stand Up Comedy	Ann Records|comedy	From the LP of 2012
talk	8.4	Room 12 interview	urbanism
talk	1.2	what do you think about the new plans for the harbour?
talk	67	Kulturen 3	prat		I det tredje avsnittet pratar vi om ansvar
talk	0.7	Harbour City political ad
noise	1	birds at Kanalstr, Berlin		soundcloud:source=android-record
noise	0.4	Sounds from Friday afternoon		soundcloud:source=android-record
noise	0.3	Door		soundcloud:source=iphone-record|geo:lat=52.5|geo:lon=13.4
noise	0.1	Door slam 03	Sound Effects	sfx
noise	14	River walk (soundwalk)	Field Recording
set	61	Deep Podcast 045 - DJ Ann	Techno	podcast|techno
set	58	Ann - Cafe Radio Show 012	House
set	75	Ann live at the Harbour Festival 2014		deep house	Tracklist: 1. A - B (C Remix)
set	120	Essential Mix - Ann
set	33	Summer mixtape			my new mix, enjoy
set	63	Ann @ Kiosk, Sunday closing	Tech House
set	55	Podcast 12 - Ann b2b Bob		techno	tracklist in the comments
track	3.6	Interview	Rock
track	3.9	Interview
track	5.8	Radio Ga Ga	Pop
track	4.0	Story of My Life	Pop
track	3.5	Story of My Life
track	6.4	Episode 1	Electronic	techno
track	6.4	Episode 1
track	3.75	Chapter One	Metal
track	3.75	Chapter One
track	3.4	News
track	4.2	Bad News (feat. Bob)	Hip-hop & Rap
track	3.1	Talk
track	3.2	Let's Talk About It (Radio Edit)	Pop
track	7.1	Space Talk (Re-Edit)
track	5.2	The Lecture	Alternative Rock
track	4.4	Sermon on the Mount	Metal
track	3.3	Speech Bubbles	Indie
track	2.9	Podcast		beat	prod. by Bob
track	1.1	Intro (skit)	Hip-hop & Rap
track	0.8	Interlude	R&B & Soul
track	2.4	Poem for Ann	Singer-Songwriter	guitar
track	4.6	Politics (Dub Mix)
track	3.0	Lección 1	Cumbia	guitar
track	4.1	Die Predigt	Rock
track	3.8	Noticias	Latin Pop
track	3.3	Entrevista		rap|beats
track	4.0	Глава 1		рок|guitar
track	3.0	Ready for love (cover)		soundcloud:source=iphone-record
track	2.8	Freestyle		soundcloud:source=android-record
track	0.7	Lone violin player		soundcloud:source=android-record	violin
track	16	Violin Concerto in E minor	Classical
track	22	Symphony No. 5	Classical
track	48	Relaxing meditation music, deep sleep	Ambient
track	6.1	Sound Effects (Club Mix)	Techno	field recording
track	3.4	Religion	Religion & Spirituality	rave|synth
track	5	PREMIERE: A - B	Storytelling	electronic	Label: C Records
track	3.4	Ann : Water
track	1	Water song idea		soundcloud:source=android-record
track	3.1	Water		soundcloud:source=iphone-record
track	3.3	حديث الروح	Arabic Pop
END
jq -Rnc '[inputs | split("\t")] | to_entries[] | .key as $k | .value |
	{id: "r\($k)", expected: .[0], duration_ms: (.[1] | tonumber * 60000),
	 title: .[2], artist: "Artist \($k)", playback_count: 50} +
	(if (.[3] // "") != "" then {genre: .[3]} else {} end) +
	(if (.[4] // "") != "" then {tags: (.[4] | split("|"))} else {} end) +
	(if (.[5] // "") != "" then {description: .[5]} else {} end)' \
	<"$TMP/table" >"$TMP/in"
is "$(wc -l <"$TMP/in")" "$(wc -l <"$TMP/table")" "a record per row"
ok music-filter -q -o "$TMP/out" "$TMP/in"
wrong=$(jq -r 'select(.expected != .music_class) |
	"\(.expected) but \(.music_class) \(.music_confidence): \(.title) \(.music_reasons)"' \
	"$TMP/out")
is "$wrong" "" "every record is what it should be"
is "$(jq -r 'select(.is_music != (.expected == "track" or .expected == "set")) | .title' \
	"$TMP/out")" "" "songs and sets are music, speech and noise are not"
for w in podcast подкаст بودكاست ポッドキャスト पॉडकास्ट; do
	is "$(printf '{"id":"1","title":"x","genre":"%s"}' "$w" |
		music-filter -q | jq -r '.music_reasons[0]')" \
		"genre: $w" "the word for podcasts is known: $w"
done
is "$(jq -c 'select(.is_music | not) | select((.music_reasons | length) == 0) | .id' \
	"$TMP/out")" "" "what is no music has its reasons"
is "$(jq -r 'select(.title == "Interview with the mayor") | .music_reasons[]' \
	"$TMP/out" | head -2)" "genre: news politics
title: interview with" "reasons name the field and the words, strongest first"
is "$(jq -c 'select(.music_confidence < 0 or .music_confidence > 1)' "$TMP/out")" \
	"" "confidence is a probability"
is "$(jq -c 'del(.is_music,.music_class,.music_confidence,.music_reasons)' \
	"$TMP/out" | cmp - <(jq -c . "$TMP/in"))" "" "nothing else changed"
done_testing
