#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make bench-index: what the index costs and how much of the truth it finds,
# beside hnswlib and FAISS where Debian's packages of them are installed. One
# thread unless said; CPU is getrusage's user time, the median of several
# passes. Prints a table and writes it, what it was made of and plots to OUT:
#
#   table.tsv   part, what, rows, value, unit, asked, verdict
#   growth.tsv  part "query" by number of tracks; growth.svg, its plot
#   recall.svg  recall by time of a query, ours and the peers'
#   raw/        what each program wrote
#
# From the environment:
#   OUT=BUILD/bench-index  PARTS="audio text mood words query"
#   SIZES="100000 1000000" numbers of tracks of "query", ascending; 10000000
#                          take an hour and, in TMPDIR, 30 GB (3 kB a track)
#   EVERYTHING=3000000     larger corpora have text, mood and words only
#   KEEP=DIR               the indexes stay, as DIR/SIZE; one that is there is
#                          measured without being built again
#   AUDIO_ROWS=300000 COLD_ROWS=1000000 TEXT_ROWS=1000000 MOOD_ROWS=1000000
#   WORDS_ROWS=1000000     of the other parts
set -euo pipefail
out=${OUT:-$BUILD/bench-index} parts=${PARTS:-audio text mood words query}
sizes=${SIZES:-100000 1000000} everything=${EVERYTHING:-3000000}
audio_rows=${AUDIO_ROWS:-300000} cold_rows=${COLD_ROWS:-1000000}
text_rows=${TEXT_ROWS:-1000000} mood_rows=${MOOD_ROWS:-1000000}
words_rows=${WORDS_ROWS:-1000000} keep=${KEEP-}
export OMP_WAIT_POLICY=passive # others may use the processors, too
h=$BUILD/tests/helpers peers=$BUILD/tests/peers
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$out/raw"
raw=$out/raw table=$out/table.tsv growth=$out/growth.tsv
printf 'part\twhat\trows\tvalue\tunit\tasked\tverdict\n' >"$table"

# PART WHAT ROWS VALUE UNIT [ASKED]: a line of the table. ASKED: "<= 3"
row() {
	[ -n "$4" ] || return 0
	awk -v part="$1" -v what="$2" -v rows="$3" -v value="$4" -v unit="$5" \
	    -v asked="${6-}" 'BEGIN {
		OFS = "\t"
		split(asked, a, " ")
		verdict = asked == "" ? "" : \
		    (a[1] == "<=" ? value + 0 <= a[2] + 0 : \
		     a[1] == "<" ? value + 0 < a[2] + 0 : \
		     value + 0 >= a[2] + 0) ? "met" : "MISSED"
		print part, what, rows, value, unit, asked, verdict
	}' >>"$table"
	tail -n 1 "$table" | cut -f 1-6 >&2
}

# FORMAT A [B]: of numbers; nothing where one is missing
calculate() {
	awk -v a="${2-}" -v b="${3-}" "BEGIN {
		if (a != \"\" && b != \"\") printf \"%.4g\", $1 }"
}

# Lines "LABEL ef E: T ms, recall@10 R" of several rounds: "E T R", T the median
curve() {
	awk '{ sub(/:/, ""); sub(/,/, "", $7) }
	{ e = $3; t[e, ++n[e]] = $4; r[e] = $7; if (n[e] == 1) order[++m] = e }
	END {
		for (i = 1; i <= m; i++) {
			e = order[i]
			for (j = 2; j <= n[e]; j++) {
				x = t[e, j]
				for (k = j; k > 1 && x < t[e, k - 1]; k--)
					t[e, k] = t[e, k - 1]
				t[e, k] = x
			}
			print e, t[e, int((n[e] + 1) / 2)], r[e]
		}
	}' "$1"
}

# Field N of the first line of a curve whose recall is 0.99 or more
enough() { awk -v n="$2" '$3 >= 0.99 { print $n; exit }' "$1"; }

# N COMMAND...: median of "once WAY: T ms" of N processes; @ is their number
once() {
	local n=$1 i
	shift
	for ((i = 1; i <= n; i++)); do
		"${@//@/$i}"
	done | awk '{ print $3 }' | sort -n | awk '{ t[NR] = $1 } END {
		print t[int((NR + 1) / 2)] }'
}

numbers() { seq 1 100 >"$tmp/numbers"; }

# COMMAND...: p50 of the wall time of 50 processes
fresh() { "$h/procs" -n 50 "$tmp/numbers" "$@" | cut -d ' ' -f 3; }

# --- the parts ---

audio() {
	local n=$audio_rows x=$tmp/x q=$tmp/q g=$tmp/graph b=$h/hnswbench
	local ef=(8 10 12 16 20 24 28 32 40 48 64 96 128) i name
	local probe=(1 2 3 4 6 8 12 16 24 32 48 64 96 128)

	rm -f "$raw"/audio.*
	"$b" make "$n" 64 clustered 1 "$x"
	"$b" make 1000 64 clustered 2 "$q"
	"$b" truth "$x" 64 "$q" 10 "$tmp/truth"
	"$b" build "$x" 64 0 0 1 "$g.ours" >"$raw/audio.ours.build"
	"$b" build "$x" 64 32 200 1 "$g.graph" >"$raw/audio.graph.build"
	for name in hnswlib faiss; do
		[ -x "$peers/$(peer $name)" ] || continue
		"$peers/$(peer $name)" build "$x" 64 32 200 "$g.$name" \
		    >"$raw/audio.$name.build"
	done
	for i in 1 2 3; do
		"$b" query "$x" 64 "$q" "$g.ours" 10 "${probe[@]}" \
		    >>"$raw/audio.ours"
		"$b" query "$x" 64 "$q" "$g.graph" 10 "${ef[@]}" \
		    >>"$raw/audio.graph"
		for name in hnswlib faiss; do
			[ -e "$g.$name" ] || continue
			"$peers/$(peer $name)" query "$x" 64 "$q" \
			    "$tmp/truth" "$g.$name" 10 "${ef[@]}" \
			    >>"$raw/audio.$name"
		done
	done
	audio_table "$n"
	numbers
	row audio "first answer, fresh process: lists" "$n" \
	    "$(fresh "$b" once "$x" 64 "$q" "$g.ours" {} lists)" "ms wall" "< 3"
	row audio "first answer, fresh process: walk" "$n" \
	    "$(fresh "$b" once "$x" 64 "$q" "$g.graph" {} walk)" "ms wall"
	row audio "first answer, fresh process: scan" "$n" \
	    "$(fresh "$b" once "$x" 64 "$q" "$g.ours" {} scan)" "ms wall"
	for name in hnswlib faiss; do
		[ -e "$g.$name" ] || continue
		row audio "first answer, fresh process: $name" "$n" "$(fresh \
		    "$peers/$(peer $name)" once 64 "$q" "$g.$name" {})" \
		    "ms wall"
	done
	rm -f "$g".* "$x"
	audio_cold
}

peer() { case $1 in hnswlib) echo hnswpeer ;; *) echo faisspeer ;; esac; }

audio_table() {
	local name best='' qps ours peer_build=''

	for name in ours graph hnswlib faiss; do
		[ -e "$raw/audio.$name" ] || continue
		curve "$raw/audio.$name" >"$tmp/curve.$name"
		awk -v name="$name" '{ print "audio, " rows "\t" name "\t" $2 \
		    "\t" $3 }' "$tmp/curve.$name" >>"$tmp/recall"
		row audio "build, $name" "$1" \
		    "$(awk 'NR == 1 { print $3 }' "$raw/audio.$name.build")" "s CPU"
		qps=$(calculate '1000 / a' "$(enough "$tmp/curve.$name" 2)" 1)
		row audio "at recall@10 $(enough "$tmp/curve.$name" 3) ($(
		    enough "$tmp/curve.$name" 1)), $name" "$1" "$qps" \
		    "queries/s"
		case $name in
		ours) ours=$qps && continue ;;
		graph) continue ;;
		esac
		best=$(printf '%s\n' "$best" "$qps" | sort -g | tail -n 1)
		peer_build=$(printf '%s\n' "$peer_build" \
		    "$(awk 'NR == 1 { print $3 }' "$raw/audio.$name.build")" |
			sed '/^$/d' | sort -g | head -n 1)
	done
	row audio "queries/s of the best peer's" "$1" \
	    "$(calculate 'a / b' "$ours" "$best")" "x" ">= 1.3"
	row audio "build of the best peer's" "$1" "$(calculate 'a / b' \
	    "$(awk 'NR == 1 { print $3 }' "$raw/audio.ours.build")" "$peer_build")" \
	    "x" "<= 0.8"
}

audio_cold() {
	local n=$cold_rows x=$tmp/x q=$tmp/q g=$tmp/graph b=$h/hnswbench way file
	local -A asked=([walk]='' [scan]='' [lists]='< 150')

	"$b" make "$n" 64 clustered 1 "$x"
	"$b" build "$x" 64 32 200 "$(nproc)" "$g" >"$raw/audio.cold.build"
	"$b" build "$x" 64 0 0 "$(nproc)" "$g.lists" \
	    >"$raw/audio.cold.lists.build"
	"$b" query "$x" 64 "$q" "$g" 10 0 24 32 64 128 >"$raw/audio.cold"
	for way in lists walk scan; do
		file=$g
		[ $way != lists ] || file=$g.lists
		row audio "first answer, page cache warm: $way" "$n" \
		    "$(fresh "$b" once "$x" 64 "$q" "$file" {} $way)" "ms wall"
		row audio "first answer, page cache cold: $way" "$n" \
		    "$(once 11 "$b" once "$x" 64 "$q" "$file" @ $way cold)" \
		    "ms wall" "${asked[$way]}"
	done
	rm -f "$g" "$g.lists" "$x" "$q"
}

# Lines "nprobe N shortlist S recall R T ms": the cheapest with recall of 0.95
text_enough() {
	awk '$1 == "nprobe" && $6 >= 0.95 && (best == "" || $7 < best) {
		best = $7; line = $7 " " $6 " " $2 " " $4 }
		END { print line }' "$1"
}

text() {
	local n=$text_rows saved=() ms recall nprobe shortlist name

	[ ! -x "$peers/ivfpeer" ] || saved=(-s "$tmp/saved")
	"$h/ivfbench" -j2 "${saved[@]}" "made:$n" >"$raw/text.ours"
	[ ! -x "$peers/ivfpeer" ] ||
		"$peers/ivfpeer" "$tmp/saved" >"$raw/text.faiss"
	rm -f "$tmp/saved"
	row text "build, ours" "$n" "$(sed -n \
	    's/.*; all \([0-9.]*\) s wall.*/\1/p' "$raw/text.ours")" \
	    "s wall, 2 cores" "< 90"
	row text "build, ours" "$n" "$(sed -n \
	    's/.* s wall, \([0-9.]*\) s cpu; [0-9.]* bytes.*/\1/p' \
	    "$raw/text.ours")" "s CPU"
	row text "index, ours" "$n" "$(sed -n \
	    's/.*row, \([0-9.]*\) MB.*/\1/p' "$raw/text.ours")" MB "< 1000"
	read -r ms recall nprobe shortlist < <(text_enough "$raw/text.ours")
	row text "recall@10, ours (nprobe $nprobe, shortlist $shortlist)" \
	    "$n" "$recall" "" ">= 0.95"
	row text "a query of it, ours" "$n" "$ms" "ms" "<= 0.35"
	row text "a query, exact" "$n" \
	    "$(awk '$1 == "exact" { print $4 }' "$raw/text.ours")" ms
	text_plot ours "$raw/text.ours"
	[ -e "$raw/text.faiss" ] && [ -x "$peers/ivfpeer" ] || return 0
	for name in PQ64 PQ64x4fs; do
		sed -n "/,$name:/,/FAISS/p" "$raw/text.faiss" |
			sed '2,${/^FAISS/d}' >"$tmp/text.$name"
		row text "build, FAISS IVF1024,$name" "$n" "$(sed -n \
		    's/.* cpu, \([0-9.]*\) s wall.*/\1/p' "$tmp/text.$name")" \
		    "s wall, 2 cores"
		row text "build, FAISS IVF1024,$name" "$n" "$(sed -n \
		    's/.*build \([0-9.]*\) s cpu.*/\1/p' "$tmp/text.$name")" \
		    "s CPU"
		read -r ms recall < <(awk '$2 == 32 && $4 == 500 {
			print $7, $6 }' "$tmp/text.$name")
		row text "recall@10, $name, nprobe 32, 500 re-scored" "$n" \
		    "$recall" ""
		row text "a query of it, $name" "$n" "$ms" ms
		text_plot "FAISS $name" "$tmp/text.$name"
	done
}

# The best recall for the time
text_plot() {
	awk '$1 == "nprobe" { print $7, $6 }' "$2" | sort -g |
		awk -v name="$1" '$2 > best { best = $2
			print "text\t" name "\t" $1 "\t" $2 }' >>"$tmp/recall"
}

mood() {
	local n=$mood_rows

	"$h/moodbench" "$n" 500 "$tmp/mood" >"$raw/mood.ours"
	row mood "500 nearest, ours" "$n" \
	    "$(awk 'NR > 1 { print $4 }' "$raw/mood.ours")" ms "< 0.04"
	if [ -x "$peers/faisspeer" ]; then
		"$peers/faisspeer" flat "$tmp/mood.points" 2 \
		    "$tmp/mood.queries" 500 >"$raw/mood.faiss"
		row mood "500 nearest, FAISS flat" "$n" \
		    "$(awk '{ print $3 }' "$raw/mood.faiss")" ms
	fi
	rm -f "$tmp"/mood.*
}

words() {
	local n=$words_rows name

	"$h/wordsbench" tracks "$n" 0 2 "$tmp/words.index" >"$raw/words"
	rm -f "$tmp/words.index"
	row words "build" "$n" "$(sed -n \
	    's/.*threads: \([0-9.]*\) s wall.*/\1/p' "$raw/words")" \
	    "s wall, 2 threads"
	row words "index" "$n" \
	    "$(awk '$1 == "index:" { print $2 }' "$raw/words")" MB
	for name in "3 words of a track" "3 words by frequency"; do
		row words "$name, k 500: p50" "$n" "$(sed -n \
		    "s/^$name, k 500 .*p50 *\([0-9.]*\).*/\1/p" "$raw/words")" \
		    ms "< 2"
		row words "$name, k 500: p99" "$n" "$(sed -n \
		    "s/^$name, k 500 .*p99 *\([0-9.]*\).*/\1/p" "$raw/words")" \
		    ms
	done
}

# --- whole queries ---

# What is the same for all sizes: words, requests, a text model
corpus_begin() {
	local labels=tests/labels/requests.tsv

	tail -n +2 "$labels" | cut -f 1 | grep -oE '[a-z]+' |
		awk '{ n[$0]++ } END { for (w in n)
			print n[w] "\t" w }' |
		LC_ALL=C sort -k1,1nr -k2 | cut -f 2 >"$tmp/words"
	"$h/indexmake" tracks 20000 "$tmp/words" >"$tmp/sample"
	"$BIN/embed" text -q --fit "$tmp/text.pack" "$tmp/sample"
	"$BIN/embed" text -q --model "$tmp/text.pack" -o "$tmp/sample.feat" \
	    "$tmp/sample"
	# Moods and situations, titles, and artists
	tail -n +2 "$labels" | cut -f 1 | grep '[a-z]' >"$tmp/requests"
	sed -n 's/.*"title":"\([^"]*\)".*/\1/p' "$tmp/sample" |
		sed -n '1~100p' >>"$tmp/requests"
	sed -n 's/.*"artist":"\([^"]*\)".*/\1/p' "$tmp/sample" |
		sed -n '50~100p' >>"$tmp/requests"
}

corpus_build() {
	local n=$1 d=$tmp/corpus kind files=()

	mkdir -p "$d"
	"$h/indexmake" tracks "$n" "$tmp/words" >"$d/tracks"
	"$h/indexmake" text "$n" "$tmp/text.pack" "$tmp/sample.feat" >"$d/text"
	for kind in mood sound audio; do
		[ "$kind" = mood ] || [ "$n" -le "$everything" ] || continue
		"$h/indexmake" "$kind" "$n" >"$d/$kind"
		files+=("--$kind" "$d/$kind")
	done
	sync
	"$h/usage" "$tmp/usage" "$BIN/build-index" -q -j2 --index "$tmp/index" \
	    --text-model "$tmp/text.pack" --text "$d/text" "${files[@]}" \
	    "$d/tracks"
	rm -rf "$d"
}

member() { sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p" "$raw/query.$2.meta"; }

# The line of procs under NAME, and its field N
processes() {
	local name=$1
	shift
	"$h/procs" "$@" "$tmp/requests" "$BIN/query" --index "$tmp/index" {} \
	    >"$raw/query.$name"
}
field() { cut -d ' ' -f "$2" "$raw/query.$1"; }

# The same of a query and the rerank behind it
answers() {
	local name=$1
	shift
	# shellcheck disable=SC2016 # for the shell that it starts
	"$h/procs" "$@" "$tmp/requests" sh -c \
	    '"$0/query" --index "$1" "$2" | "$0/rerank" --index "$1"' \
	    "$BIN" "$tmp/index" {} >"$raw/query.$name"
}

# Answers a second of one core, of all requests in one go
batch() {
	awk '{ gsub(/[\\"]/, "\\\\&"); print "{\"query\":\"" $0 "\"}" }' \
	    "$tmp/requests" >"$tmp/batch"
	# shellcheck disable=SC2016 # likewise
	"$h/usage" "$tmp/usage" sh -c \
	    '"$0/query" -q -j1 --index "$1" <"$2" |
	     "$0/rerank" -q -j1 --index "$1" >/dev/null' \
	    "$BIN" "$tmp/index" "$tmp/batch"
	awk -v n="$(wc -l <"$tmp/batch")" '{ printf "%.4g", n / $1 }' \
	    "$tmp/usage"
}

# Sets `index` of query_size
query_build() {
	local n=$1

	if [ "$(df -Pk "$tmp" | awk 'NR == 2 { print $4 }')" -lt $((n * 3)) ]
	then
		echo "bench-index: $n tracks need $((n * 3 / 1000)) MB in" \
		    "$tmp; set TMPDIR" >&2
		return 1
	fi
	corpus_build "$n"
	index=$(realpath "$tmp/index/current")
	"$h/indexmake" meta "$tmp/index" >"$raw/query.$n.meta"
	read -r cpu wall peak <"$tmp/usage"
	row query "build" "$n" "$cpu" "s CPU"
	row query "build, 2 cores" "$n" "$wall" "s wall"
	row query "build, largest" "$n" $((peak / 1024)) MiB
	row query "index" "$n" $(($(stat -c %s "$index") / 1000000)) MB
	row query "recall@10 of text" "$n" "$(member text_recall "$n")" ""
	row query "recall@10 of audio" "$n" "$(member audio_recall "$n")" ""
}

query_size() {
	local n=$1 p50='' p99='' answer50='' answer99='' rate='' index
	local good='"candidates":[{'

	if [ -n "$keep" ] && [ -e "$keep/$n/current" ]; then
		ln -sfn "$(realpath "$keep/$n")" "$tmp/index"
		index=$(realpath "$tmp/index/current")
	else
		query_build "$n" || return 0
	fi
	# out of the page cache and into it in one go, whatever was there before:
	# pages that come one by one take more faults
	dd if="$index" iflag=nocache count=0 status=none
	cat "$index" >/dev/null
	processes "$n.first" -n 20
	processes "$n" -l "$index" -w "$good"
	[ "$n" -lt 1000000 ] || p50='<= 12' p99='<= 30'
	[ "$n" -le 1000000 ] || p50='' p99='<= 80'
	row query "a process: p50" "$n" "$(field "$n" 3)" "ms wall" "$p50"
	row query "a process: p99" "$n" "$(field "$n" 5)" "ms wall" "$p99"
	row query "a process: p50, less waits for a processor" "$n" \
	    "$(field "$n" 10)" ms
	row query "a process: p99, less waits for a processor" "$n" \
	    "$(field "$n" 11)" ms
	row query "a process: p50 of CPU" "$n" "$(field "$n" 7)" "ms CPU"
	row query "a process: largest" "$n" "$(field "$n" 8)" "MiB resident" \
	    "< 1024"
	row query "without an answer, of 200" "$n" "$(field "$n" 2)" "" "<= 0"
	answers "$n.answer" -l "$index" -w '"results":['
	[ "$n" -ne 1000000 ] || answer50='<= 20' answer99='<= 60' rate='>= 200'
	row query "query | rerank: p50" "$n" "$(field "$n.answer" 3)" \
	    "ms wall" "$answer50"
	row query "query | rerank: p99" "$n" "$(field "$n.answer" 5)" \
	    "ms wall" "$answer99"
	row query "query | rerank: p50 of CPU" "$n" "$(field "$n.answer" 7)" \
	    "ms CPU"
	row query "query | rerank, a batch" "$n" "$(batch)" \
	    "queries/s of a core" "$rate"
	processes "$n.at-once" -n 100 -p 100 -l "$index" -w "$good"
	row query "100 at once: p50" "$n" "$(field "$n.at-once" 3)" "ms wall"
	row query "100 at once: p99" "$n" "$(field "$n.at-once" 5)" "ms wall"
	row query "100 at once: without an answer" "$n" \
	    "$(field "$n.at-once" 2)" "" "<= 0"
	processes "$n.cold" -n 11 -e "$index" -w "$good"
	row query "a process, page cache cold: p50" "$n" \
	    "$(field "$n.cold" 3)" "ms wall"
	[ -z "$keep" ] || [ -L "$tmp/index" ] || {
		mkdir -p "$keep" && rm -rf "${keep:?}/$n" &&
			mv "$tmp/index" "$keep/$n"
	}
	rm -rf "$tmp/index"
}

query() {
	corpus_begin
	for n in $sizes; do
		query_size "$n"
	done
	awk -F '\t' -v OFS='\t' '
	BEGIN {
		split("build|build, 2 cores|index|a process: p50|" \
		    "a process: p99|a process: p50 of CPU|" \
		    "a process: largest|recall@10 of text|" \
		    "recall@10 of audio", name, "|")
		print "tracks", "build_cpu_s", "build_wall_s", "index_mb", \
		    "query_p50_ms", "query_p99_ms", "query_cpu_ms", \
		    "resident_mib", "text_recall", "audio_recall"
	}
	$1 == "query" { v[$3, $2] = $4; if (!($3 in met)) n[++m] = $3
		met[$3] }
	END {
		for (i = 1; i <= m; i++) {
			line = n[i]
			for (k = 1; k <= 9; k++)
				line = line OFS v[n[i], name[k]]
			print line
		}
	}' "$table" >"$growth"
	awk -F '\t' -v OFS='\t' 'NR > 1 {
		print "Build, s", "CPU", $1, $2
		print "Build, s", "wall, 2 cores", $1, $3
		print "Index, MB", "file", $1, $4
		print "A process of query, ms", "p50", $1, $5
		print "A process of query, ms", "p99", $1, $6
		print "A process of query, ms", "CPU", $1, $7
		if ($9 != "") print "Recall@10", "text", $1, $9
		if ($10 != "") print "Recall@10", "audio", $1, $10
	}' "$growth" | awk -v x=tracks -v log_x=1 \
	    -v log_y="Build, s|Index, MB|A process of query, ms" \
	    -v shares="Recall@10" -f tests/plot.awk >"$out/growth.svg"
}

{
	lscpu | sed -n 's/^Model name: *//p'
	echo "$(nproc) processors, load $(cut -d ' ' -f 1-3 /proc/loadavg)"
} >"$out/machine"
for part in $parts; do
	case $part in
	audio | text | mood | words | query) "$part" ;;
	*) echo "bench-index: no part \"$part\"" >&2 && exit 2 ;;
	esac
done
[ ! -e "$tmp/recall" ] || awk -v x="ms of CPU per query" -v log_x=1 \
    -v y=recall@10 -f tests/plot.awk "$tmp/recall" >"$out/recall.svg"

echo "bench-index: $(tr '\n' ';' <"$out/machine" | sed 's/;$//; s/;/; /')"
awk -F '\t' 'NR > 1 {
	printf "%-6s %-56s %9d ", $1, $2, $3
	printf $4 < 1000 ? "%8.4g" : "%8.0f", $4
	printf " %-17s", $5
	print $6 == "" ? "" : "asked " $6 ": " $7
	asked += $6 != ""; missed += $7 == "MISSED"
}
END { printf "%d of %d met\n", asked - missed, asked }' "$table" |
	sed 's/ *$//'
[[ " $parts " != *" query "* ]] || awk -F '\t' '{
	for (i = 1; i <= NF; i++) printf "%13s", $i == "" ? "-" : $i
	print "" }' "$growth"
