#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: asked.sh [--misses]
# How well query reads filters, wishes and types in words: tests/labels/asked.tsv
# against an index of tests/labels/asked-names.tsv (README there). Prints for
# each set precision and recall of filters and of wishes, and the share of right
# types;
# --misses also what was read in vain, and what was missed. BIN and BUILD as for
# the tests; LABELS: another list.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BIN:=$here/bin}" "${BUILD:=$here/build}"
: "${DATA:=$here/data}" "${LABELS:=$here/tests/labels/asked.tsv}"
: "${NAMES:=$here/tests/labels/asked-names.tsv}"
BIN=$(realpath "$BIN") BUILD=$(realpath "$BUILD")
PATH=$BIN:$PATH MOODPIPE_DATA=$(realpath "$DATA") LC_ALL=C.UTF-8
export PATH MOODPIPE_DATA LC_ALL
misses=0
[ "${1-}" != --misses ] || misses=1
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT

# Every track of the list, with some value for whatever is filtered by
awk -F'\t' 'NR > 1 {
	split("en es fr de ja ko it", code, " ")
	split("Rock Pop Jazz Metal Electronic Techno Rap Classical", genre, " ")
	gsub(/["\\]/, "\\\\&")
	printf "{\"id\":\"n%d\",\"artist\":\"%s\",\"title\":\"%s\",", NR, $1, $2
	printf "\"release_year\":%d,\"duration_ms\":%d,", 1950 + NR,
		60000 + NR * 9000
	printf "\"language\":\"%s\",\"genre\":\"%s\",\"playback_count\":%d,",
		code[1 + NR % 7], genre[1 + NR % 8], NR * 100
	printf "\"url_status\":\"VALID\","
	printf "\"permalink_url\":\"https://a.example/%d\"}\n", NR
}' "$NAMES" >"$TMP/tracks"
build-index -q --index "$TMP/idx" "$TMP/tracks"
# qid is the line of the list, whose first names the columns
jq -Rc 'select(input_line_number > 1) | {query: split("\t")[0],
	qid: "\(input_line_number)"}' "$LABELS" >"$TMP/requests"
query -q --index "$TMP/idx" --candidates 1 <"$TMP/requests" >"$TMP/answers"
# line, type, filters, wishes: as the list writes them
jq -r 'def pair($low; $high): if . == null then empty
		elif . < 0.5 then $low else $high end;
	def ends($name): if .["min_" + $name] == null and
		.["max_" + $name] == null then empty else
		"\(if $name == "year" then "year" else "duration" end)=" +
		"\(.["min_" + $name] // "")-\(.["max_" + $name] // "")" end;
	[.qid, .type,
	([(.understood.filters // [])[] |
		ends("year"), ends("duration"),
		(.artist | values | "artist=" + .),
		(.exclude_artist | values | "-artist=" + .),
		(.language | values | "language=" + .),
		(.exclude_genre | values | "-genre=" + .)] | unique | join(";")),
	([((.wish // {}) | (.timbre // {}) as $t |
		($t.bright | pair("dark"; "bright")),
		($t.dense | pair("sparse"; "dense")),
		($t.aggressive | pair("smooth"; "aggressive")),
		($t.warm | pair("cold"; "warm")),
		($t.busy | pair("calm"; "busy")),
		(.vocals | values | "vocals=" + .)),
		(if (.hint // "") | startswith("nothing in the request") then
			"vague" else empty end),
		((.understood.filters // [])[] | .like | values |
			"like=" + sub(" - "; "/"))] | unique | join(";"))] |
	@tsv' "$TMP/answers" >"$TMP/told"

awk -F'\t' -v misses="$misses" '
	function ratio(what, right, n) {
		printf "%-7s %-20s %4d of %4d  %.3f\n", set, what, right, n,
			n ? right / n : 1
	}
	function compare(kind, want, got, request,   i, n, part, has, row) {
		n = split(want == "-" ? "" : want, part, ";")
		for (i = 1; i <= n; i++)
			has[part[i]] = 1
		wanted[set, kind] += n
		row = n = split(got, part, ";")
		for (i = 1; i <= n; i++) {
			if (part[i] in has) {
				found[set, kind]++
				delete has[part[i]]
			} else if (misses)
				printf "false\t%s\t%s\t%s\n", kind, part[i],
					request
		}
		told[set, kind] += row
		n = 0
		for (i in has) {
			n++
			if (misses)
				printf "missed\t%s\t%s\t%s\n", kind, i, request
		}
		return n == 0
	}
	FILENAME ~ /told$/ {
		type[$1] = $2
		filters[$1] = $3
		wishes[$1] = $4
		next
	}
	FNR == 1 { next }
	!(FNR in type) { unanswered++; next }
	{
		set = $5
		sets[set]
		rows[set]++
		compare("filters", $2, filters[FNR], $1)
		compare("wishes", $3, wishes[FNR], $1)
		types[set] += type[FNR] == $4
		if (misses && type[FNR] != $4)
			printf "type\t%s\t%s\t%s\n", $4, type[FNR], $1
	}
	END {
		if (unanswered) {
			print "asked.sh: " unanswered " without an answer"
			exit 1
		}
		n = split("first second third", order, " ")
		for (i = 1; i <= n; i++) {
			set = order[i]
			if (!(set in sets))
				continue
			ratio("filters, precision", found[set, "filters"],
				told[set, "filters"])
			ratio("filters, recall", found[set, "filters"],
				wanted[set, "filters"])
			ratio("wishes, precision", found[set, "wishes"],
				told[set, "wishes"])
			ratio("wishes, recall", found[set, "wishes"],
				wanted[set, "wishes"])
			ratio("types", types[set], rows[set])
		}
	}' "$TMP/told" "$LABELS"
