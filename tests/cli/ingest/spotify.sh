# SPDX-License-Identifier: GPL-3.0-or-later
# Tables with Spotify-like columns: features that others measured.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
run() { ingest --rejects rej --merged mrg "$@" >rec 2>err; }
bare() { sed -E 's/"id":"mp[0-9a-f]{20}",//; s/,"ingested_from":"[^"]*"//' "$@"; }

cat >s.csv <<'X'
track_name,artists,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature,popularity
Rain,Ann,0.50,0.9,1,-5.5,0,0.04,1e-3,0,0.1,0.2,120.5,4,70
Sun,Bo,1.2,,C#,0.65,Major,.5,x,,,0.3,0,4/4,
Bare,Cy,,,,,,,,,,,,,
X
run s.csv
is "$(bare rec)" '{"title":"Rain","artist":"Ann","source_popularity":"70","measured_elsewhere":{"spotify-like":{"danceability":0.50,"energy":0.9,"key":1,"loudness":-5.5,"mode":0,"speechiness":0.04,"acousticness":1e-3,"instrumentalness":0,"liveness":0.1,"valence":0.2,"tempo":120.5,"time_signature":4}}}
{"title":"Sun","artist":"Bo","measured_elsewhere":{"spotify-like":{"key":1,"mode":1,"speechiness":0.5,"valence":0.3,"time_signature":4}}}
{"title":"Bare","artist":"Cy"}' "features in range stand apart, words are translated"
like "$(cat rec)" '"ingested_from":"s.csv"' "with where they are from"
ingest -qv s.csv 2>&1 >/dev/null | grep -q 'left out 4 features out of range'
is "$?" 0 "-v counts what was left out"
printf 'Track Name,Artist Name(s),Danceability,Energy,Valence,Time Signature\nA,B,0.1,0.2,0.3,4\n' >e.csv
run e.csv
is "$(bare rec)" '{"title":"A","artist":"B","measured_elsewhere":{"spotify-like":{"danceability":0.1,"energy":0.2,"valence":0.3,"time_signature":4}}}' \
	"as Exportify spells it"
printf '{"title":"A","danceability":0.10,"energy":"0.2","valence":3,"key":[1],"x":1}\n' >n.ndjson
run n.ndjson
is "$(bare rec)" '{"title":"A","key":[1],"x":1,"measured_elsewhere":{"spotify-like":{"danceability":0.10,"energy":0.2}}}' \
	"NDJSON, too"
printf 'title,valence,arousal,energy,mode\nA,-1.5,2,x,test\n' >d.csv
run d.csv
is "$(bare rec)" '{"title":"A","valence":"-1.5","arousal":"2","energy":"x","mode":"test"}' \
	"a table that only shares some names is left alone"
# A source's own member of that name is no fact of ours.
printf '{"title":"A","measured_elsewhere":{"x":1},"lyrics_origin":"y"}\n' >o.ndjson
run o.ndjson
is "$(bare rec)" '{"title":"A","source_measured_elsewhere":{"x":1},"source_lyrics_origin":"y"}' \
	"a source's own measured_elsewhere is renamed"
# Two tables of one track: features are united.
printf 'title,artist,danceability,energy,valence\nA,B,0.1,0.2,0.3\n' >1.csv
printf 'title,artist,danceability,energy,valence,tempo\nA,B,0.9,,,99\n' >2.csv
run 1.csv 2.csv
like "$(cat rec)" '\{"spotify-like":\{"danceability":0.1,"energy":0.2,"valence":0.3,"tempo":99\}\}' \
	"features of merged rows are united, the first counts"
t=$ROOT/../shared/data/music/lyrics_topics/tcc_pop_1950_1990.csv
if [ -r "$t" ] && command -v jq >/dev/null; then
	run "$t"
	is "$(jq -r 'select(.measured_elsewhere["spotify-like"].valence and .title and .artist and .lyrics_origin == "column")|1' rec | wc -l)" \
		"$(wc -l <rec)" "a real table: every record has features, names and lyrics"
	is "$(cat rec rej mrg | wc -l)" "$(tail -n1 err | sed 's/.*in=\([0-9]*\).*/\1/')" "and rows add up"
else
	skip "a real table" "$t or jq is not there"
fi
done_testing
