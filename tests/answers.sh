#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make answers-quality: do people get the mood that they ask for? Whole builds
# (pipelines/corpus.sh) of music that has labels, asked by query and rerank.
#
# usage: tests/answers.sh [--half dev|test] [--keep DIR] [clips|titles ...]
# SOURCES: a folder as ../shared, which is the default.
#
#   clips   excerpts with Russell quadrants, artist, title, genres and words for
#           their mood (SOURCES/audio/moods), as a crawl: genres and words gone
#           of three tracks in four, half of the links without sound, a tenth
#           dead (tests/helpers/moodcrawl.pl). Asked are the requests of
#           tests/labels/requests.tsv for which a quadrant is written down;
#           relevant is a track of that quadrant. Alignment is 1 - the mean
#           distance from the request's place to the labels of the results, a
#           quadrant standing at (+-0.5, +-0.5): a neighbouring one is 1 away.
#           Halves are of artists: dev is the crawl of one with mood models
#           fitted on the clips of the other and the dev half of the requests;
#           test the reverse, with the test half.
#   titles  Jamendo, title, artist, genre and instruments; the tags of mood and
#           theme are taken out, and tracks that had one are relevant for the
#           requests of tests/labels/moodthemes.tsv that ask for it. dev and
#           test are of tracks and requests, words.sh's a and b.
#
# Everything is chosen on dev. The test half of clips is for one measurement.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BIN:=$here/bin}" "${BUILD:=$here/build}" "${SOURCES:=$here/../shared}"
half=dev keep='' parts=()
while [ $# -gt 0 ]; do
	case $1 in
	--half) half=$2; shift 2 ;;
	--keep) keep=$2; shift 2 ;;
	clips | titles) parts+=("$1"); shift ;;
	*) sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2 ;;
	esac
done
[[ $half = dev || $half = test ]] || exit 2
[ ${#parts[@]} -gt 0 ] || parts=(clips titles)
BIN=$(realpath "$BIN") BUILD=$(realpath "$BUILD")
PATH=$BIN:$PATH
export BIN BUILD
if [ -n "$keep" ]; then
	mkdir -p "$keep"
	tmp=$(realpath "$keep")
else
	tmp=$(mktemp -d)
fi
server=
cleanup() {
	[ -z "$server" ] || kill "$server"
	[ -n "$keep" ] || rm -rf "$tmp"
}
trap cleanup EXIT
clips=$(realpath -m "$SOURCES/audio/moods")
jamendo=$SOURCES/data/music/jamendo/moodtheme_titled.ndjson

. "$here/tests/fitmoods.sh"

# NAME, CRAWL, settings...: a corpus of it, and where each track came from.
build() {
	local c=$tmp/$1 crawl=$2
	shift 2
	rm -rf "$c"
	env -u SOURCES CORPUS="$c" CRAWL="$crawl" AS_OF=2024-06-30 HEAL_BUDGET=0 "$@" \
		"$here/pipelines/corpus.sh" corpus >"$c.log" 2>&1 || {
		tail -5 "$c.log" >&2
		exit 1
	}
	cat "$c"/shards/*/tracks.ndjson | jq -r '[(.permalink_url |
		sub("http://corpus.test/"; "")), .id, .url_status] | @tsv' |
		sort >"$c.ids"
}
# NAME: candidates and answers of its requests
ask() {
	query -q --ids --index "$tmp/$1/index" <"$tmp/$1.requests" >"$tmp/$1.found"
	rerank -q --index "$tmp/$1/index" "$tmp/$1.found" >"$tmp/$1.answers"
}
# NAME: by words alone (BM25F), of the candidates; as answers
by_words() {
	jq -c '{qid, query, results: [.candidates[]? | select(.words_score)] |
		sort_by(-.words_score)[:50] | map({track_id})}' \
		"$tmp/$1.found" >"$tmp/$1.words"
}
# Lines of evaluate, for people.
indented() { sed 's/^/  /'; }

# --- clips ---

. "$here/tests/examples.sh"

# Tracks in one line each: id, quadrant, artist as JSON, genres, state, plays.
join_truth() {
	join -t$'\t' <(sort "$tmp/truth.tsv") "$tmp/clips.ids" |
		jq -Rr 'split("\t") | [.[6], .[1], (.[2] | @json), .[3], .[4],
			.[5]] | join("\t")' | sort >"$tmp/tracks"
}
judge_clips() {
	awk -F'\t' -v half="$half" 'NR > 1 && $5 == half && $2 != "N"' \
		"$here/tests/labels/requests.tsv" >"$tmp/asked.rows"
	jq -Rc 'split("\t") | {query: .[0], qid: "q\(input_line_number)",
		top_k: 50}' "$tmp/asked.rows" >"$tmp/clips.requests"
	awk -F'\t' '{ print "q" NR "\t" $2 }' "$tmp/asked.rows" >"$tmp/asked"
	cut -f1,2 "$tmp/tracks" >"$tmp/labels"
	# the second label counts in .either only
	awk -F'\t' -v to="$tmp/qrels" '
		NR == FNR { if ($5 != "dead") quadrant[$1] = $2; next }
		{ for (id in quadrant) {
			if (quadrant[id] == $2)
				print "q" FNR "\t0\t" id "\t1" > to
			if (quadrant[id] == $2 || quadrant[id] == $3)
				print "q" FNR "\t0\t" id "\t1" > (to ".either")
		} }' "$tmp/tracks" "$tmp/asked.rows"
}
# Every living track in an order drawn anew for each request; the most played.
make_baselines() {
	awk -F'\t' -v to="$tmp/clips" '
		function draw() { seed = (seed * 16807) % 2147483647; return seed }
		function result(i) {
			return "{\"track_id\":\"" id[i] "\",\"artist\":" artist[i] "}"
		}
		NR == FNR { if ($5 != "dead") {
			n++; id[n - 1] = $1; artist[n - 1] = $3; plays[n - 1] = $6
		} next }
		FNR == 1 { seed = 42
			for (i = 0; i < n; i++) by[i] = i
			for (i = 1; i < n; i++) for (j = i; j > 0 &&
				plays[by[j]] > plays[by[j - 1]]; j--) {
				t = by[j]; by[j] = by[j - 1]; by[j - 1] = t
			}
			for (i = 0; i < 50; i++)
				most = most (i ? "," : "") result(by[i])
		}
		{ head = "{\"query\":\"\",\"qid\":\"q" FNR "\",\"results\":["
			print head most "]}" > (to ".popular")
			for (i = 0; i < n; i++) any[i] = i
			line = ""
			for (i = 0; i < 50; i++) {
				j = i + draw() % (n - i)
				t = any[i]; any[i] = any[j]; any[j] = t
				line = line (i ? "," : "") result(t)
			}
			print head line "]}" > (to ".random")
		}' "$tmp/tracks" "$tmp/asked.rows"
}
# FILE, options: the product's answers against those of FILE, or alone.
judge() {
	evaluate --qrels "$tmp/qrels" --labels "$tmp/labels" \
		--asked "$tmp/asked" --index "$tmp/clips/index" "$@"
}
# NAME, answers: P@10, NDCG@20, alignment of the first 10 and 50, artists
system_row() {
	{ judge --json "$2"; judge --json --list 10 "$2"
	  judge --json --compare "$2" "$tmp/clips.answers"; } |
		jq -sr --arg name "$1" '
		def show(m): .[m] as $x | .intervals[m] as [$a, $b] |
			def f: . * 1000 | round | tostring |
				"0.\("00"[:3 - length])\(.)";
			"\($x | f) (\($a | f)-\($b | f))";
		def gain(m): .compare[m] | "\(.difference * 1000 | round / 1000)" +
			" p=\(.p * 10000 | round / 10000)";
		. as [$all, $ten, $other] | [$name, ($all | show("P@10")),
			($other | gain("P@10")), ($all | show("NDCG@20")),
			($other | gain("NDCG@20")), ($ten | show("alignment")),
			($all | show("alignment")),
			"\($all.artists * 1000 | round / 1000)"] | @tsv'
}
systems() {
	{
		printf 'system\tP@10\tthe first is better by\tNDCG@20\tthe first is better by\talignment of 10\tof 50\tartists\n'
		system_row 'query | rerank' "$tmp/clips.answers"
		system_row '... --fusion rrf' "$tmp/clips.rrf"
		system_row 'words (BM25F)' "$tmp/clips.words"
		system_row popularity "$tmp/clips.popular"
		system_row random "$tmp/clips.random"
	} | column -t -s$'\t'
}
# Relevance against variety, which MMR trades.
by_lambda() {
	local l
	{
		printf 'lambda\tP@10\tNDCG@20\tdiversity\tartists\n'
		for l in 0.5 0.7 0.8 0.9 0.95 1; do
			rerank -q --lambda "$l" --index "$tmp/clips/index" \
				"$tmp/clips.found" | judge --json --draws 40 |
				jq -r --arg l "$l" '[$l, ."P@10", ."NDCG@20",
					.diversity, .artists] | @tsv'
		done
	} | column -t -s$'\t'
}
# Answers' first ten, one line each: request's number, id, place
first_ten() {
	jq -r '(.qid[1:]) as $q | .results[:10] | to_entries[] |
		[$q, .value.track_id, .key] | @tsv' "$tmp/clips.answers"
}
# P@10 by the request's quadrant and kind, then by the results' genre and state
by_kind() {
	first_ten | awk -F'\t' '
		function add(what, right) { n[what]++; good[what] += right }
		FILENAME ~ /tracks$/ { quadrant[$1] = $2; genres[$1] = $4
			state[$1] = $5; next }
		FILENAME ~ /rows$/ { want[FNR] = $2; kind[FNR] = $4; next }
		{ right = quadrant[$2] == want[$1]
			add("1 request\t" want[$1], right)
			add("2 request\t" kind[$1], right)
			add("4 link\t" state[$2], right)
			count = split(genres[$2], g, "; ")
			for (i = 1; i <= count; i++) add("3 genre\t" g[i], right)
		}
		END { for (w in n) printf "%s\t%d\t%.3f\n", w, n[w], good[w] / n[w] }
	' "$tmp/tracks" "$tmp/asked.rows" - | sort -t$'\t' -k1,1 -k3,3nr |
		sed 's/^. //' |
		{ printf 'of\twhich\tresults\tright\n'; cat; } | column -t -s$'\t'
}
clips_part() {
	if [ ! -e "$clips/labels.csv" ]; then
		echo "answers.sh: no $clips: clips left out"
		return
	fi
	local of=a
	[ "$half" = dev ] || of=b
	rm -rf "$tmp/root"
	perl "$here/tests/helpers/moodcrawl.pl" "$clips" "$of" "$tmp"
	fit_moods
	rm -f "$tmp/port"
	"$BUILD/tests/helpers/faultd" --root "$tmp/root" \
		--port-file "$tmp/port" &
	server=$!
	for _ in $(seq 100); do [ -s "$tmp/port" ] || sleep 0.05; done
	build clips "$tmp/crawl.csv" ALLOW_PRIVATE=1 DATA="$tmp/data" \
		MOODPIPE_DATA="$tmp/data" \
		NET_OPTIONS="--connect-to corpus.test:80:127.0.0.1:$(cat "$tmp/port")"
	kill "$server"
	server=
	join_truth
	judge_clips
	ask clips
	by_words clips
	rerank -q --fusion rrf --index "$tmp/clips/index" "$tmp/clips.found" \
		>"$tmp/clips.rrf"
	# artists, as the other baselines have them
	jq -Rn '[inputs | split("\t") | {(.[0]): (.[2] | fromjson)}] | add' \
		"$tmp/tracks" >"$tmp/artists"
	jq -c --slurpfile artist "$tmp/artists" '.results |=
		map(.artist = $artist[0][.track_id])' "$tmp/clips.words" \
		>"$tmp/clips.new" && mv "$tmp/clips.new" "$tmp/clips.words"
	make_baselines
	echo "== clips, $half: $(wc -l <"$tmp/tracks") tracks," \
		"$(cut -f5 "$tmp/tracks" | sort | uniq -c | tr -s ' \n' ' ')"
	systems
	echo "-- query | rerank"
	judge "$tmp/clips.answers" | indented
	echo "-- where a second label counts as right, too"
	judge --qrels "$tmp/qrels.either" "$tmp/clips.answers" |
		grep -E '^(P@|NDCG)' | indented
	echo "-- without parts of the score"
	judge --list 10 --ablate "$tmp/clips.found" | indented
	echo "-- variety"
	by_lambda | indented
	echo "-- of the first ten"
	by_kind | indented
	echo "-- by example, share of the first ten"
	by_example | indented
	echo "-- asked again with marks, share that is right"
	by_marks | indented
}

# --- titles ---

. "$here/tests/titles.sh"
titles_part() {
	if [ ! -e "$jamendo" ]; then
		echo "answers.sh: no $jamendo: titles left out"
		return
	fi
	local of=a
	[ "$half" = dev ] || of=b
	split_titles "$jamendo" "$of" >"$tmp/all"
	jq -c '.permalink_url = "http://corpus.test/\(.id)" |
		.tags |= join(", ") | del(.hidden, .id)' "$tmp/all" \
		>"$tmp/titles.ndjson"
	build titles "$tmp/titles.ndjson" LINK_BUDGET=0 FETCH_BUDGET=0
	jq -r '[.id, .hidden[]] | @tsv' "$tmp/all" | awk -F'\t' -v half="$of" \
		-v to="$tmp/titles" '
		FILENAME ~ /ids$/ { id[$1] = $2; next }
		FILENAME == "-" { for (i = 2; i <= NF; i++)
			tracks[$i] = tracks[$i] " " id[$1]; next }
		$3 == half { count = split(tracks[$2], list, " ")
			delete seen
			for (i = 1; i <= count; i++) if (!seen[list[i]]++)
				print $1 "\t0\t" list[i] "\t1" > (to ".qrels")
			if (count) print $1 > (to ".asked")
		}' "$tmp/titles.ids" - "$here/tests/labels/moodthemes.tsv"
	jq -Rc '{query: ., top_k: 50}' "$tmp/titles.asked" >"$tmp/titles.requests"
	ask titles
	by_words titles
	echo "== titles, $half: $(wc -l <"$tmp/titles.ids") tracks; query |" \
		"rerank, words alone (BM25F), difference"
	evaluate --qrels "$tmp/titles.qrels" --compare "$tmp/titles.words" \
		"$tmp/titles.answers" | grep -E '^(judged|P@|NDCG|recall|MRR)' |
		indented
}

for part in "${parts[@]}"; do
	"${part}_part"
done
