# SPDX-License-Identifier: GPL-3.0-or-later
# AcousticBrainz documents, alone, in NDJSON and in archives.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
run() { ingest --rejects rej --merged mrg "$@" >rec 2>err; }
uuid=0dad432b-16cc-4bf0-8961-fd31d124b01b
cat >low.json <<X
{"lowlevel": {"average_loudness": 0.5, "dynamic_complexity": 6.5},
 "rhythm": {"bpm": 139.925, "danceability": 0.8, "onset_rate": 900},
 "tonal": {"key_key": "D", "key_scale": "major", "key_strength": 0.6},
 "metadata": {"audio_properties": {"length": 107.5722, "replay_gain": -9.4},
  "tags": {"title": ["Caf\u00c3\u00a9 &amp; Co"], "artist": ["Ann", "Bo"], "album": "Blue",
   "genre": ["Folk"], "date": ["2012-05-01"], "originaldate": ["1999"],
   "musicbrainz_recordingid": ["$uuid"]},
  "version": {"essentia": "2.1-beta2", "extractor": "music 1.0"}}}
X
cat >high.json <<X
{"highlevel": {"danceability": {"all": {"danceable": 0.25, "not_danceable": 0.75}, "value": "not_danceable", "probability": 0.75},
  "mood_happy": {"all": {"happy": 1.5, "not_happy": -0.5}},
  "mood_sad": {"all": {"sad": 0.125}},
  "voice_instrumental": {"all": {"voice": 0.5, "instrumental": 0.5}}},
 "metadata": {"audio_properties": {"length": 107.5722},
  "tags": {"title": ["Caf\u00e9 & Co"], "musicbrainz_recordingid": ["$uuid"]},
  "version": {"highlevel": {"essentia": "h"}, "lowlevel": {"essentia": "l"}}}}
X
run low.json
is "$(sed -E 's/"id":"mp[0-9a-f]{20}",//' rec)" \
'{"title":"Café & Co","artist":"Ann","album":"Blue","genre":"Folk","year":1999,"duration_ms":107572,"mbid":"'$uuid'","measured_elsewhere":{"acousticbrainz":{"average_loudness":0.5,"dynamic_complexity":6.5,"tempo":139.925,"danceability_dfa":0.8,"key":2,"mode":1,"key_strength":0.6,"replay_gain":-9.4,"extractor":"music 1.0","essentia":"2.1-beta2"}},"ingested_from":"low.json"}' \
	"low level: tags, recording, features in range, where they are from"
printf 'title,permalink_url\nx,https://musicbrainz.org/recording/%s\n' $uuid >mb.csv
is "$(ingest -q mb.csv | cut -d'"' -f4)" "$(cut -d'"' -f4 rec)" "the id is that of the recording's URL"
ingest -q -v low.json 2>&1 >/dev/null | grep -q 'left out 1 features'
is "$?" 0 "-v counts what was out of range"

run low.json high.json
is "$(wc -l <rec),$(wc -l <mrg)" "1,1" "low and high level of one recording are one record"
is "$(sed -E 's/.*"measured_elsewhere":(\{.*\}\}),"ingested_from".*/\1/' rec)" \
'{"acousticbrainz":{"average_loudness":0.5,"dynamic_complexity":6.5,"tempo":139.925,"danceability_dfa":0.8,"key":2,"mode":1,"key_strength":0.6,"replay_gain":-9.4,"extractor":"music 1.0","essentia":"2.1-beta2","danceability":0.25,"mood_sad":0.125,"instrumentalness":0.5,"highlevel_essentia":"h","lowlevel_essentia":"l"}}' \
	"with the features of both"

{ tr -d '\n' <low.json; echo; tr -d '\n' <high.json; echo; echo '{"title":"Song"}'; } >all.ndjson
run all.ndjson
is "$(wc -l <rec),$(wc -l <mrg)" "2,1" "the same as lines of NDJSON"
mkdir -p dump/00
cp low.json "dump/00/$uuid-0.json"
sed "s/$uuid/not a uuid/" low.json >dump/00/11111111-2222-3333-4444-555555555555-0.json
tar -cf dump.tar dump
run dump.tar
is "$(grep -o '"mbid":"[^"]*"' rec | sort | tr '\n' ' ')" \
	"\"mbid\":\"$uuid\" \"mbid\":\"11111111-2222-3333-4444-555555555555\" " \
	"in a dump the file's name tells the recording where tags do not"
like "$(cat rec)" "\"ingested_from\":\"dump.tar!dump/00/$uuid-0.json\"" "and records say where they are from"
{ printf '{"%s": {"0": ' $uuid; cat low.json; printf ', "1": '; cat low.json
  printf '}, "mbid_mapping": {}}'; } >bulk.json
run bulk.json
is "$(wc -l <rec),$(wc -l <mrg)" "1,1" "an answer of the API with several analyses"

dir=$ROOT/../shared/data/music/acousticbrainz
if [ -r "$dir/0dad432b_lowlevel.json" ] && command -v jq >/dev/null; then
	run "$dir"/*level.json
	is "$(wc -l <rec),$(wc -l <rej),$(wc -l <mrg)" "3,0,1" "real documents: three recordings of four files"
	is "$(jq -c 'select((.mbid//"")|startswith("0dad432b"))|[.title,.artist,.year,.measured_elsewhere.acousticbrainz.tempo,.measured_elsewhere.acousticbrainz.mood_sad]' rec)" \
		"$(jq -cn --slurpfile l "$dir/0dad432b_lowlevel.json" --slurpfile h "$dir/0dad432b_highlevel.json" \
		'[$l[0].metadata.tags.title[0],$l[0].metadata.tags.artist[0],2012,$l[0].rhythm.bpm,$h[0].highlevel.mood_sad.all.sad]')" \
		"real documents: values as jq reads them"
else
	skip "real documents" "$dir or jq is not there"
fi
done_testing
