#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make bench: speeds, each beside a peer measured in the same run.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
h=$BUILD/tests/helpers
PATH=$BIN:$PATH

"$h/rows" 1000000 ndjson >"$tmp/rows.ndjson"
mb=$(($(stat -c %s "$tmp/rows.ndjson") / 1000000))
enrich -q --fit "$tmp/enrich.pack" --as-of 2024-06-30 "$tmp/rows.ndjson"

# NAME COMMAND...: MB of input per CPU second, the best of three
rate() {
	local name=$1 best=0 i
	shift
	for i in 1 2 3; do
		"$h/usage" "$tmp/u" "$@" <"$tmp/rows.ndjson" >/dev/null
		best=$(awk -v mb="$mb" -v b="$best" \
		    '{ r = mb / $1; print (r > b ? r : b) }' "$tmp/u")
	done
	printf '%-28s %8.0f MB per CPU second\n' "$name" "$best"
}
echo "records: $mb MB of NDJSON"
rate "identity -j1" "$h/identity" -q -j1
rate "identity -j2" "$h/identity" -q -j2
rate "enrich -j1" enrich -q -j1 --model "$tmp/enrich.pack"
rate "enrich -j2" enrich -q -j2 --model "$tmp/enrich.pack"
impute meta -q --fit "$tmp/meta.pack" "$tmp/rows.ndjson"
rate "impute meta -j1" impute meta -q -j1 --model "$tmp/meta.pack"
rate "jansson load and dump" "$h/treecopy"
! command -v jq >/dev/null || rate "jq -c ." jq -c .

# ingest has a table before it; identity is what NDJSON costs a filter that does
# nothing.
"$h/crawlmake" 300000000 2>/dev/null >"$tmp/rows.ndjson"
mb=300
echo "crawl: $mb MB of CSV"
rate "ingest" ingest -q
rate "ingest --sorted" ingest -q --sorted
ingest -q <"$tmp/rows.ndjson" >"$tmp/records"
mv "$tmp/records" "$tmp/rows.ndjson"
mb=$(($(stat -c %s "$tmp/rows.ndjson") / 1000000))
echo "the same as records: $mb MB of NDJSON"
rate "identity -j1" "$h/identity" -q -j1
rm "$tmp/rows.ndjson"

# Cold processes on the demo corpus, beside the same pipeline of processes
# that do nothing.
index=$BUILD/corpus/index
if [ -e "$index/current" ]; then
	# COMMAND: median and 95th percentile wall milliseconds of 100 runs
	latency() {
		local i
		for ((i = 0; i < 100; i++)); do
			local from=$EPOCHREALTIME
			eval "$2" >/dev/null
			echo $((${EPOCHREALTIME/[.,]/} - ${from/[.,]/}))
		done | sort -n | awk -v name="$1" '{ t[NR] = $1 } END {
			printf "%-28s p50 %.1f ms, p95 %.1f ms\n", name,
			    t[50] / 1000, t[95] / 1000 }'
	}
	latency "query | rerank" \
	    "query --index $index 'i miss my ex' | rerank --index $index"
	latency "true | true" "/bin/true | /bin/true"
fi

# Feeling in 50,000 short texts on one core, beside a filter that only copies
# them; and what a process costs that opens the model and reads one text.
for i in $(seq 30); do
	tail -n +2 tests/labels/requests.tsv | cut -f1
done >"$tmp/texts"
lines=$(wc -l <"$tmp/texts")
# NAME N COMMAND...: microseconds of CPU per text, the best of five
per_text() {
	local name=$1 n=$2 i
	shift 2
	for i in 1 2 3 4 5; do
		"$h/usage" "$tmp/u" "$@" >/dev/null
		cat "$tmp/u"
	done | sort -n | awk -v name="$name" -v n="$n" 'NR == 1 {
		printf "%-28s %8.1f us of CPU, %.0f a second\n", name,
		    $1 * 1e6 / n, n / $1 }'
}
per_text "emotion -j1, a text" "$lines" emotion -q -j1 "$tmp/texts"
per_text "cat, a text" "$lines" cat "$tmp/texts"
head -n 1 "$tmp/texts" >"$tmp/text"
per_text "emotion, a process" 1 emotion -q -j1 "$tmp/text"
per_text "cat, a process" 1 cat "$tmp/text"
rm "$tmp/texts"

# 10,000 links over loopback, 100 connections, beside curl in the same run.
if command -v nginx >/dev/null && command -v curl >/dev/null; then
	port=$((20000 + RANDOM % 20000))
	cat >"$tmp/nginx.conf" <<-C
	worker_processes 1; pid $tmp/nginx.pid; error_log $tmp/nginx.err;
	events { worker_connections 2048; }
	http {
	    keepalive_requests 1000000; access_log off;
	    client_body_temp_path $tmp/n1; proxy_temp_path $tmp/n2;
	    fastcgi_temp_path $tmp/n3; uwsgi_temp_path $tmp/n4;
	    scgi_temp_path $tmp/n5;
	    server { listen 127.0.0.1:$port backlog=1024;
		location / { default_type audio/mpeg; return 200 x; } }
	}
	C
	nginx -e "$tmp/nginx.err" -c "$tmp/nginx.conf"
	trap 'kill "$(cat "$tmp/nginx.pid")"; rm -rf "$tmp"' EXIT
	for i in $(seq 10000); do
		url=http://127.0.0.1:$port/track/$i
		echo "{\"id\":\"$i\",\"permalink_url\":\"$url\"}" >&3
		printf 'url = "%s"\noutput = /dev/null\n' "$url"
	done >"$tmp/curl.conf" 3>"$tmp/links.ndjson"
	# NAME COMMAND...: milliseconds of CPU per request, the best of five
	per_request() {
		local name=$1 i
		shift
		for i in 1 2 3 4 5; do
			rm -f "$tmp/links.db"
			"$h/usage" "$tmp/u" "$@" >/dev/null 2>&1
			cat "$tmp/u"
		done | sort -n | awk -v name="$name" 'NR == 1 {
			printf "%-28s %8.4f ms of CPU per request\n", name,
			    $1 / 10 }'
	}
	per_request "linkcheck, 100 connections" linkcheck -q \
	    --state "$tmp/links.db" --allow-private --connections 100 \
	    --per-host 100 "$tmp/links.ndjson"
	per_request "curl --parallel --head" curl -s --parallel \
	    --parallel-max 100 --head -K "$tmp/curl.conf"
fi

# Thirty seconds of 128 kbit/s stereo mp3, beside mpg123 decoding the same files
# into nothing. Two scores a clip, one to each side, and faint noise above them.
if command -v lame >/dev/null && command -v mpg123 >/dev/null &&
    command -v sox >/dev/null; then
	mkdir "$tmp/clips"
	sox -q -n -r 44100 -c 2 "$tmp/noise.wav" synth 30 pinknoise vol 0.05
	scores=(data/demo/scores/*.score)
	for ((i = 0; i + 1 < ${#scores[@]}; i += 2)); do
		synth -q --seconds 30 -o "$tmp/left.wav" "${scores[i]}"
		synth -q --seconds 30 -o "$tmp/right.wav" "${scores[i + 1]}"
		sox -q -M -v 0.7 "$tmp/left.wav" -v 0.7 "$tmp/right.wav" \
		    -r 44100 "$tmp/both.wav"
		sox -q -m -v 1 "$tmp/both.wav" -v 0.4 "$tmp/noise.wav" \
		    "$tmp/clip.wav"
		lame --quiet -b 128 "$tmp/clip.wav" "$tmp/clips/$i.mp3"
	done
	clips=("$tmp"/clips/*.mp3 "$tmp"/clips/*.mp3)
	for clip in "${clips[@]}"; do
		echo "{\"audio\":{\"path\":\"$clip\"}}"
	done | awk '{ sub(/{/, "{\"id\":\"" NR "\",") } 1' >"$tmp/clips.ndjson"
	# NAME COMMAND...: seconds of CPU and wall, KiB, of each of five rounds
	round() {
		"$h/usage" "$tmp/u" "${@:2}" >/dev/null
		echo "$1 $(cat "$tmp/u")"
	}
	for _ in 1 2 3 4 5; do
		round mpg123 mpg123 -q -t "${clips[@]}"
		for j in 1 2; do
			round "j$j" extract-features -q -j"$j" \
			    -o "$tmp/clips.feat" "$tmp/clips.ndjson"
		done
	done | awk -v n="${#clips[@]}" '
		!($1 in cpu) || $2 < cpu[$1] { cpu[$1] = $2 }
		!($1 in wall) || $3 < wall[$1] { wall[$1] = $3 }
		$1 != "mpg123" && $4 > kib { kib = $4 }
		function row(name, format, value, asked) {
			printf "%-28s " format " %s\n", name, value, asked
		}
		END {
			print "extraction: " n " clips of 30 s, best of five rounds"
			row("mpg123 -t", "%8.1f", cpu["mpg123"] / n * 1000,
			    "ms of CPU per clip")
			row("extract-features", "%8.1f", cpu["j1"] / n * 1000,
			    "ms of CPU per clip")
			row("of one to the other", "%8.2f",
			    cpu["j1"] / cpu["mpg123"], "(asked: 3.0 at most)")
			row("-j2 over -j1", "%8.2f", wall["j1"] / wall["j2"],
			    "times as fast (asked: 1.8)")
			row("largest process", "%8.1f", kib / 1024,
			    "MiB (asked: less than 32)")
			row("100,000 on two cores", "%8.2f",
			    wall["j2"] / n * 1e5 / 3600, "hours")
		}'
fi
