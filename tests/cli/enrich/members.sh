# SPDX-License-Identifier: GPL-3.0-or-later
# What enrich derives, worked out by hand.
. tests/tap.sh

# One artist with 12 tracks (prolific), 8 others with one: 20 tracks of plays
# 0, 100, 200 ... 1900.
for i in $(seq 0 19); do
	a=Prolific
	[ "$i" -ge 12 ] && a="Other $i"
	printf '{"id":"t%02d","artist":"%s","title":"a","playback_count":%d}\n' \
		"$i" "$a" $((i * 100))
done >"$TMP/corpus"
ok enrich --fit "$TMP/rich.pack" --as-of 2020-01-01 "$TMP/corpus"
get() { # MEMBER RECORD [OPTION...]
	local m=$1 r=$2
	shift 2
	enrich -q "$@" <<<"$r" | jq -c ".$m"
}
m="--model $TMP/rich.pack"

# era: year wins over created_at, created_at stands in
is "$(get release_year '{"id":"a","year":1994,"created_at":"2008-01-01"}')" \
	1994 "year before created_at"
is "$(get era_category '{"id":"a","year":"1999"}')" '"1990s"' "1999: 1990s"
is "$(get era_category '{"id":"a","year":"2000"}')" '"2000s"' "2000: 2000s"
is "$(get release_year '{"id":"a","created_at":"2008-05-06T00:00:00Z"}')" \
	2008 "created_at stands in"
is "$(get release_year '{"id":"a","year":0}')" null "year 0 is no year"
is "$(get release_year '{"id":"a","year":"20001"}')" null "nor is 20001"

# recency: half-life five years of 365.25 days
is "$(get recency_score '{"id":"a","created_at":"2020-01-01"}' $m)" 1 \
	"the day itself: 1"
is "$(get recency_score '{"id":"a","created_at":"2014-12-31"}' $m)" 0.4999 \
	"1827 days before: 2^(-1827/1826.25)"
is "$(get recency_score '{"id":"a","created_at":"2031-01-01"}' $m)" 1 \
	"the future is not more recent than now"
is "$(get recency_score '{"id":"a","created_at":"2020-01-01"}')" null \
	"no day to count from, no recency"
is "$(get recency_score '{"id":"a","created_at":"2015-01-01"}' --as-of \
	2015-01-01)" 1 "--as-of needs no model"

# popularity: log(1 + plays) / log(1901); tiers by the share with fewer plays
is "$(get popularity '{"id":"a","playback_count":1900}' $m)" 1 "the most: 1"
is "$(get popularity '{"id":"a","playback_count":99999}' $m)" 1 "more: 1"
is "$(get popularity '{"id":"a","playback_count":0}' $m)" 0 "none: 0"
is "$(get popularity '{"id":"a","playback_count":100}' $m)" 0.6113 \
	"log 101 / log 1901"
is "$(get popularity '{"id":"a"}' $m)" null "unknown plays stay unknown"
is "$(get popularity '{"id":"a","playback_count":-1}' $m)" null "-1 is none"
tier() { get popularity_tier '{"id":"a","playback_count":'"$1}" $m; }
is "$(tier 900)" '"Underground"' "9 of 20 have fewer than 900"
is "$(tier 1000)" '"Niche"' "10 of 20 have fewer than 1000"
is "$(tier 1500)" '"Niche"' "15 of 20"
is "$(tier 1600)" '"Popular"' "16 of 20"
is "$(tier 1900)" '"Popular"' "19 of 20 is 95 %"
is "$(tier 5000)" '"Viral"' "all"

# engagement
is "$(get engagement_rate '{"id":"a","playback_count":200,"likes_count":5}')" \
	0.025 "likes per play"
is "$(get engagement_rate '{"id":"a","playback_count":"200","favoritings_count":"1"}')" \
	0.005 "the older name, numbers as text"
is "$(get engagement_rate '{"id":"a","playback_count":0,"likes_count":5}')" \
	null "no plays, no rate"

# artists: folded names are one artist
who='{"id":"a","artist":"  PROLÍFIC "}'
is "$(get artist_track_count "$who" $m)" 12 "12 tracks"
is "$(get artist_avg_playback "$who" $m)" 550 "(0 + 100 + ... + 1100) / 12"
is "$(get is_prolific "$who" $m)" true "12 > 10"
is "$(get artist_authority "$who" $m)" 1 "the largest in both: 1"
one='{"id":"a","artist":"Other 19"}'
is "$(get is_prolific "$one" $m)" false "1 is not"
is "$(get artist_authority "$one" $m)" 0.682 \
	"0.7 log 1901 / log 6601 + 0.3 log 2 / log 13"
is "$(get artist_track_count '{"id":"a","artist":"Nobody"}' $m)" null \
	"an artist the model does not know"

# richness and length
full='{"id":"a","title":"t","artist":"a","year":1,"created_at":"x","genre":"g","tags":["x"],"description":"d","playback_count":0,"permalink_url":"u","extracted_vibe_text":"v"}'
is "$(get metadata_richness "$full")" 1 "ten of ten"
is "$(get metadata_richness '{"id":"a","title":" ","tags":[],"genre":null,"year":1999}')" \
	0.1 "blank, empty and null are not filled"
is "$(get text_length '{"id":"a","title":"Bj\u00f6rk","description":"né\n\ud83d\ude00"}')" \
	9 "code points, however written: 5 + 4"
is "$(get text_length '{"id":"a"}')" null "no text, no length"
done_testing
