#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# costs.sh FOLDER: what the stages of a build took of the processors, as
# stagestatus.sh noted it there, into report/costs.tsv: stage, fresh (what was
# not there) or again, runs, tracks (of stages that listen: sounds), seconds.
# The last word on each stage stays; plan.sh reckons with it. Run by corpus.sh.
set -euo pipefail
out=$CORPUS/report/costs.tsv
counts() { # SHARD: tracks and sounds
	local d=$CORPUS/shards/$1
	printf 'shard\t%s\t%s\t%s\n' "$1" \
	    "$(cat "$d/crawl.ndjson" 2>/dev/null | wc -l)" \
	    "$(grep -c '"audio":{' "$d/tracks.ndjson" 2>/dev/null || true)"
}
notes=("$1"/*)
[ -e "${notes[0]}" ] || exit 0
{
	for ((i = 0; i < SHARDS; i++)); do
		counts "$(printf %03d "$i")"
	done
	cat "${notes[@]}"
	[ ! -e "$out" ] || sed 's/^/old\t/' "$out"
} | awk -F'\t' -v listens="$(sed -n 's/^cpu\t\([^\t]*\)\tsound\t.*/\1/p' \
    "$DATA/plan.tsv" | paste -sd' ')" '
	BEGIN { n = split(listens, list, " "); while (n) sound[list[n--]] = 1 }
	function seconds(s) { # 1m2.345s
		split(s, m, "m")
		return m[1] * 60 + m[2]
	}
	$1 == "shard" { tracks[$2] = $3; sounds[$2] = $4; next }
	$1 == "old" { old[$2 FS $3] = $4 FS $5 FS $6; next }
	/\// {
		k = split($1, path, "/")
		stage = path[k]
		shard = path[k - 1]
		kind = $2
		key = $1
		next
	}
	/^[0-9]+m/ {
		split($0, t, " ")
		spent[key] += seconds(t[1]) + seconds(t[2])
		if (key in seen) {
			if (kind == "fresh") what[key] = "fresh"
			next
		}
		seen[key] = 1
		name[key] = stage
		of[key] = shard in tracks ? shard : ""
		if (!(key in what)) what[key] = kind
	}
	END {
		for (s in tracks) { all += tracks[s]; heard += sounds[s] }
		for (key in seen) {
			id = name[key] FS what[key]
			runs[id]++
			s = of[key]
			if (name[key] in sound)
				units[id] += s == "" ? heard : sounds[s]
			else
				units[id] += s == "" ? all : tracks[s]
			cpu[id] += spent[key]
		}
		for (id in old)
			if (!(id in runs)) print id FS old[id]
		for (id in runs)
			printf "%s\t%d\t%d\t%.3f\n", id, runs[id], units[id], cpu[id]
	}' | LC_ALL=C sort >"$out.tmp"
mv -f "$out.tmp" "$out"
