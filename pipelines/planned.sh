#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Read by corpus.sh for the target "plan": writes what a build would find to do
# as lines of facts for plan.awk. $CORPUS is plan.sh's copy, $PLANNED the corpus
# itself, which is only read.
# shellcheck disable=SC2153,SC2154 # variables of corpus.sh
LIMIT=${PLAN_SAMPLE:-268435456}	# bytes of a crawl that are read
FILES=1000			# sound files likewise

fact() {
	local IFS=$'\t' v=("${@//[$'\t\n']/ }")
	printf '%s\n' "${v[*]}"
}
# TARGET ...: what make would make, a path a line; kept: what it takes for old.
kept=()
out_of_date() {
	MAKEFLAGS='' make -n --debug=b --no-print-directory -s \
	    -f "$here/corpus.mk" "${kept[@]/#/-o}" "$@" >"$PLAN_TMP/make"
	sed -n "s/^ *Must remake target '\(.*\)'\.\$/\1/p" "$PLAN_TMP/make"
}
lines() { { cat -- "$@" 2>/dev/null || true; } | wc -l; }
ids() { sed -n 's/^{"id":"\([^"]*\)".*/\1/p' | LC_ALL=C sort; }
kilobytes() { { du -sk "$1" 2>/dev/null || true; } | cut -f1; }

# --- the crawl ---

factor=1
# The crawl or, where it is large, a part of it; its size over that of the part
# is left in factor.
sample() {
	local n size into=$PLAN_TMP/sample f
	if [ -d "$CRAWL" ]; then
		find -L "$CRAWL" -type f -regextype posix-extended \
		    -iregex '.*\.(mp3|ogg|oga|opus|flac|wav|aiff?)' \
		    -not -path '*/.*' -print0 >"$PLAN_TMP/files"
		n=$(tr -dc '\0' <"$PLAN_TMP/files" | wc -c)
		[ "$n" -gt "$FILES" ] || return 0
		mkdir "$into"
		size=0
		while IFS= read -r -d '' f; do
			size=$((size + 1))
			ln -s "$(realpath -- "$f")" "$into/$size.${f##*.}"
		done < <(shuf -z -n "$FILES" --random-source=<(yes) \
		    "$PLAN_TMP/files")
		factor=$(awk "BEGIN { print $n / $FILES }")
	else
		size=$(stat -Lc %s -- "$CRAWL")
		[ "$size" -gt "$LIMIT" ] || return 0
		mkdir "$into"
		head -c "$LIMIT" -- "$CRAWL" >"$into/$(basename "$CRAWL")"
		factor=$(awk "BEGIN { print $size / $LIMIT }")
		into=$into/$(basename "$CRAWL")
	fi
	CRAWL=$into
}
# Reads it into $PLAN_TMP/new as a build would.
ingest() {
	local options=()
	settings_words INGEST_OPTIONS options
	mkdir "$PLAN_TMP/new"
	"$BIN/ingest" -q -j "$JOBS" --memory "$MEMORY" \
	    "${options[@]}" --sorted \
	    --rejects "$PLAN_TMP/rejects" --merged "$PLAN_TMP/merged" \
	    -- "$CRAWL" |
	    "$BIN/shard" -q --memory "$MEMORY" --count "$SHARDS" "$PLAN_TMP/new"
}
declare -A computed=()	# of a shard: records that are new or other ones
fresh=0 changed=0 gone=0
compare() { # SHARD
	local old=$CORPUS/shards/$1/crawl.ndjson new=$PLAN_TMP/new/$1/crawl.ndjson
	local in=$PLAN_TMP/in.$1 out=$PLAN_TMP/out.$1 both
	computed[$1]=0
	[ -e "$old" ] || old=/dev/null
	if cmp -s "$old" "$new"; then
		[ "$old" != /dev/null ] || install -D /dev/null \
		    "$CORPUS/shards/$1/crawl.ndjson"
		return 0
	fi
	sort "$old" >"$PLAN_TMP/a"
	sort "$new" >"$PLAN_TMP/b"
	comm -13 "$PLAN_TMP/a" "$PLAN_TMP/b" >"$in"
	comm -23 "$PLAN_TMP/a" "$PLAN_TMP/b" >"$out"
	both=$(comm -12 <(ids <"$in") <(ids <"$out") | wc -l)
	computed[$1]=$(lines "$in")
	fresh=$((fresh + computed[$1] - both))
	changed=$((changed + both))
	# of a part of the crawl it cannot be told what went
	[ "$factor" != 1 ] || gone=$((gone + $(lines "$out") - both))
	mkdir -p "$CORPUS/shards/$1"
	rm -f "$CORPUS/shards/$1/crawl.ndjson"
	mv "$new" "$CORPUS/shards/$1/crawl.ndjson"
}
read_crawl() {
	local n was now
	was=$(lines "$CORPUS"/shards/*/crawl.ndjson)
	fact target .ingested "" "$([ -e "$CORPUS/shards/.ingested" ] || echo 1)"
	local origin
	origin=$(cat "$CORPUS/shards/.ingested" 2>/dev/null || true)
	sample
	ingest
	now=$(awk "BEGIN { printf \"%d\", $(lines "$PLAN_TMP"/new/*/crawl.ndjson) * $factor }")
	if [ -z "$ALLOW_FEWER" ] && [ "$now" -lt $((was / 2)) ] &&
	    [ "$origin" = "$(sed -n 's/^CRAWL=//p' "$CORPUS/state/settings")" ]
	then
		fact against "the crawl holds $now tracks, and held $was: is a \
disk not mounted? If not, say ALLOW_FEWER=1"
	fi
	[ "$now" -gt 0 ] || fact against "no track in $CRAWL that could be read"
	fact rejects "$(lines "$PLAN_TMP/rejects")"
	for ((i = 0; i < SHARDS; i++)); do
		compare "$(printf %03d "$i")"
	done
	rm -f "$CORPUS/shards/.ingested"
	: >"$CORPUS/shards/.ingested"
}

# --- the network ---

# The history, or a copy where a build that was killed left it open: to read it
# would put it in order.
db=$PLANNED/state/links.db
places() { # KIND, and on standard input a table of places
	awk -F'\t' -v kind="$1" 'NR > 1 {
		print "place\t" kind "\t" $0
		total += $4
	} END { print total + 0 >"'"$PLAN_TMP/due.$1"'" }'
}
network() {
	local net=() healing=() fetching=() filter=cat
	local -x MOODPIPE_DATA=${MOODPIPE_DATA:-$DATA}
	settings_words NET_OPTIONS net
	settings_words HEAL_OPTIONS healing
	settings_words FETCH_OPTIONS fetching
	[ -z "$ALLOW_PRIVATE" ] || net+=(--allow-private)
	net+=(--state "$db")
	if [ -e "$db-wal" ] && [ -z "$building" ]; then
		cp "$db" "$db-wal" "$PLAN_TMP/"
		net[-1]=$PLAN_TMP/links.db
	fi
	[ ! -e "$CORPUS/models/music.pack" ] || filter=music
	"$BIN/linkcheck" -q "${net[@]}" --plan \
	    "$CORPUS"/shards/*/crawl.ndjson | places links
	: >"$PLAN_TMP/linked"	# who was never asked is not known to be lost
	if [ -e "$db" ] && [ "$HEAL_BUDGET$FETCH_BUDGET" != 00 ]; then
		"$BIN/linkcheck" -q "${net[@]}" --offline \
		    "$CORPUS"/shards/*/crawl.ndjson | $filter >"$PLAN_TMP/linked"
	fi
	"$BIN/heal" -q "${net[@]}" --sources "$SOURCES" \
	    "${healing[@]}" --plan "$PLAN_TMP/linked" | places recover
	"$BIN/heal" -q --offline --state "${net[-1]}" --sources "$SOURCES" \
	    "$PLAN_TMP/linked" |
	    "$BIN/fetch-audio" -q "${net[@]}" --store "$PLANNED/audio" \
		"${fetching[@]}" --plan - | places sound
}
music() { "$BIN/music-filter" -q --model "$CORPUS/models/music.pack"; }
# What is asked is news for so many shards.
touch_digests() {
	local n most=0
	[ "$LINK_BUDGET" = 0 ] || most=$((most + $(cat "$PLAN_TMP/due.links")))
	[ "$HEAL_BUDGET" = 0 ] || most=$((most + $(cat "$PLAN_TMP/due.recover")))
	[ "$FETCH_BUDGET" = 0 ] || most=$((most + $(cat "$PLAN_TMP/due.sound")))
	for ((i = 0; i < SHARDS && i < most; i++)); do
		n=$CORPUS/state/$(printf %03d "$i").digest
		rm -f "$n"
		: >"$n"
	done
}

# --- all of it ---

# shellcheck source=pipelines/building.sh
. "$here/building.sh"
building=
! building "$PLANNED" || building=1
fact corpus "$PLANNED"
fact crawl "$(realpath "$CRAWL")"
fact of "$PLAN_OF"
fact jobs "$JOBS"
fact building "${building:-0}"
fact new "$([ -e "$PLANNED/shards/.ingested" ] && echo 0 || echo 1)"
was=$(lines "$PLANNED"/shards/*/crawl.ndjson)
fact before "$was"
[ "$PLAN_OF" != refit ] || rm -f "$CORPUS"/models/*

out_of_date shards >"$PLAN_TMP/first"
if grep -q '/shards/\.ingested$' "$PLAN_TMP/first"; then
	read_crawl
fi
fact factor "$factor"
fact tracks "$(lines "$CORPUS"/shards/*/crawl.ndjson)" "$fresh" "$changed" "$gone"

case $PLAN_OF in
corpus | refresh)
	fact budget links "$LINK_BUDGET"
	fact budget recover "$HEAL_BUDGET"
	fact budget sound "$FETCH_BUDGET"
	fact quota "${AUDIO_QUOTA:-}"
	network
	touch_digests
	;;
esac
# Rules that leave a file alone where it would not change: a dry run takes them
# for made. What is new of the crawl is known by now; of other shards' tracks
# nothing is, as far as can be told without doing it.
kept=("$CORPUS/shards/.ingested")
[ ! -e "$CORPUS/shards/same.pack" ] || kept+=("$CORPUS/shards/same.pack")
marks=()
for ((i = 0; i < SHARDS; i++)); do
	marks+=("$CORPUS/shards/$(printf %03d "$i")/.marked")
done
out_of_date "${marks[@]}" >"$PLAN_TMP/marked"
for m in "${marks[@]}"; do
	grep -qxF "$m" "$PLAN_TMP/marked" ||
	    kept+=("${m%.marked}tracks.ndjson")
done
[ "$PLAN_OF" = refresh ] && goal=shards || goal=index
out_of_date $goal >"$PLAN_TMP/targets"
while read -r t; do
	d=${t%/*}
	fact target "${t##*/}" "${d##*/}" "$([ -e "$t" ] || echo 1)"
done <"$PLAN_TMP/targets"
# a new release, or another table, may have other recipes
if [ -e "$PLANNED/state/version" ] &&
    ! cmp -s "$PLANNED/state/version" "$CORPUS/state/version"; then
	fact release
	cmp -s "$PLANNED/state/columns" "$CORPUS/state/columns" ||
	    fact columns	# sound is heard again
fi
for ((i = 0; i < SHARDS; i++)); do
	n=$(printf %03d "$i")
	d=$CORPUS/shards/$n
	from=$d/tracks.ndjson
	[ -e "$from" ] && [ "${computed[$n]:-0}" = 0 ] || from=$d/crawl.ndjson
	fact shard "$n" "$(lines "$d/crawl.ndjson")" "${computed[$n]:-0}" \
	    "$(grep -c '"audio":{' "$from" 2>/dev/null || true)" \
	    "$(grep -c '"audio":{' "$PLAN_TMP/in.$n" 2>/dev/null || true)"
done
[ -z "$ENCODER" ] ||
    fact encoder "text-$ENCODER_NAME.feat" "$PRECISION" \
	"$({ du -skcL "$ENCODER"/*.safetensors 2>/dev/null || true; } |
	    tail -n 1 | cut -f1)"

for part in state audio shards models index report; do
	fact disk $part "$(kilobytes "$PLANNED/$part")"
done
[ -z "$ENCODER" ] || fact disk index-encoder \
    "$(kilobytes "$PLANNED/index-$ENCODER_NAME")"
# of two, the one that is asked
fact generation index "$(kilobytes "$(realpath -m "$PLANNED/index/current")")"
[ -z "$ENCODER" ] || fact generation index-encoder \
    "$(kilobytes "$(realpath -m "$PLANNED/index-$ENCODER_NAME/current")")"
there=$PLANNED
while [ ! -e "$there" ]; do
	there=$(dirname "$there")
done
fact free "$(df -k --output=avail "$there" | tail -n 1 | tr -d ' ')"
[ -w "$there" ] || fact against "$there cannot be written"
{ find -H "$PLANNED/audio" -type f -printf '%s\n' 2>/dev/null || true; } |
    awk '{ n += $1 } END { printf "stored\t%d\t%.0f\n", NR, n }'
# what nights before said of their requests
if [ -e "$PLANNED/report/nightly.log" ]; then
	awk '{
		gsub("=", " ")
		if ($1 == "linkcheck:") kind = "links"
		else if ($1 == "heal:") kind = "recover"
		else if ($1 == "fetch-audio:") kind = "sound"
		else next
		if ($2 != "asked") next
		n[kind] += $3
		for (i = 4; i < NF; i += 2) {
			if ($i == "requests") r[kind] += $(i + 1)
			if ($i == "bytes") b[kind] += $(i + 1)
		}
	} END {
		for (k in n) printf "asked\t%s\t%d\t%d\t%.0f\n", k, n[k], r[k], b[k]
	}' "$PLANNED/report/nightly.log"
fi
if [ -e "$PLANNED/report/survival.tsv" ]; then
	sed -n 's/^all\t-\t/life\t/p' "$PLANNED/report/survival.tsv"
fi
