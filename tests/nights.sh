# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# make nights PARTS=nights: a corpus is kept for fourteen simulated nights while
# rows and links come, change and go (tests/helpers/nightworld.pl) and things go
# wrong. Questions are asked all the time and none may fail; after each good night
# a clean build of the same crawl, history, sound and models must give the same
# bytes. tests/corpus/threenights.sh is the short form, for make check.
#
#   SONGS=all  how many rows of the SoundCloud crawl, where it is there
#              (../shared/data/music/soundcloud/tracks.csv), beside the demo's
#   SEED=7     of the moments of kills
#   KEEP=DIR   the last corpora that were not the same are kept there
#   PLAN=      night, day and what comes of it, a line each
. tests/tap.sh
. tests/keeping.sh
: "${SONGS:=all}" "${SEED:=7}" "${PLAN:=1 0 quiet
2 1 quiet
3 2 killed 1
4 3 quiet
5 4 full 0 2 20 60
6 5 quiet
7 7 nostore
8 8 quiet
9 9 nonetwork
10 10 killed 5
11 14 quiet
12 15 damaged
13 16 cut_off
14 24 last}"

disk_size=2000m
count() { cat "$@" 2>/dev/null | wc -l; }
moodpipe() { pipelines/moodpipe.sh "$@"; }
works() { # NAME COMMAND...: it must succeed
	local name=$1 s=0
	shift
	"$@" >"$TMP/log" 2>&1 || s=$?
	is "$s" 0 "$what: $name"
	[ "$s" = 0 ] || tail "$TMP/log" | sed 's/^/# /'
}

night() { # [NAME=VALUE...]: of the corpus, as cron would
	local current
	current=$(readlink "$c/index/current")
	began=$(ms)
	under_questions 4 "$TMP/asked" env AS_OF="$(date -u -d "2024-06-30 +$day days" +%F)" \
	    CORPUS="$c" CRAWL="$TMP/world/crawl.csv" SHARDS=3 JOBS=2 \
	    SOURCES="$ROOT/data/demo/sources" NET_OPTIONS="$net" \
	    METRICS="$TMP/metrics" MOODPIPE_AWAY=1 "$@"
	status=$?
	took=$(($(ms) - began))
	report_made
	[ "$current" = "$(readlink "$c/index/current")" ] ||
	    cp -p "$TMP/world/crawl.csv" "$TMP/built.csv"
	read -r questions failed <<<"$asked"
	is "$failed" 0 "$what: none of $questions questions failed"
	all_questions=$((all_questions + questions))
	all_failed=$((all_failed + failed))
}
generation() { # DIR: name and digest of what `current` is
	local f
	f=$(readlink -f "$1/index/current")
	echo "$(basename "$f") $(sha256sum <"$f")"
}
answers() { # the index is whole, and answers by that name
	local name q
	works "the index is whole" build-index -q --verify --index "$c/index"
	name=$(basename "$(readlink -f "$c/index/current")" .idx)
	while IFS= read -r q; do
		query -q --index "$c/index" -- "$q" |
		    rerank -q --index "$c/index" -k 10
	done <"$TMP/questions" >"$TMP/answers"
	is "$(jq -r 'select(.results | length > 0) | .metadata.generation' \
	    "$TMP/answers" | sort | uniq -c | tr -s ' ')" \
	    " $(wc -l <"$TMP/questions") $name" "$what: five answers, of $name"
}
ids() { cat "$c"/shards/*/felt.ndjson | jq -r .id | sort; }
in_mail() { sed -n "s/^$1  *//p" "$TMP/mail"; }

# Everything that a build makes of crawl, history, sound and models, but what lies
# there to spare work, or may, or says what happened last time.
artifacts() { # DIR
	(cd "$1" && find shards -type f ! -name '*.memo' \
	    ! -name told.ndjson ! -name '.*' -print0 |
	    sort -z | xargs -0 sha256sum
	sha256sum report/{rejects,merged,same}.ndjson report/survival.tsv
	sha256sum <"$(readlink -f index/current)"
	readlink index/current)
}
clean_build() { # DIR: of what the corpus was built of
	rm -rf "$1"
	mkdir -p "$1"
	cp -a "$c/state" "$c/audio" "$c/models" "$1"
	AS_OF=$(date -u -d "2024-06-30 +$day days" +%F) CORPUS=$1 JOBS=2 \
	    pipelines/corpus.sh index
}
compare() {
	works "a clean build" clean_build "$TMP/clean"
	artifacts "$c" >"$TMP/ours"
	artifacts "$TMP/clean" >"$TMP/theirs"
	is "$(diff "$TMP/ours" "$TMP/theirs" | grep '^[<>]' | head -n 6)" "" \
	    "$what: $(wc -l <"$TMP/ours") artifacts as a clean build's"
	cmp -s "$TMP/ours" "$TMP/theirs" || keep "$TMP/clean"
}
keep() { # THEIRS: what ours is not the same as
	[ -n "${KEEP:-}" ] || return 0
	rm -rf "$KEEP"
	mkdir -p "$KEEP"
	cp -a "$c" "$KEEP/ours"
	cp -a "$1" "$KEEP/theirs"
	cp -a "$TMP/world" "$KEEP"
}
# What the report calls last time is when it was made last, by a night that was killed
# behind it, too.
report_made() {
	local made
	made=$(date -r "$c/report/summary.txt" +%s%N 2>/dev/null)
	[ "$made" != "${known:-}" ] || return 0
	known=$made
	mv -f "$TMP/now" "$TMP/before" 2>/dev/null
	ids >"$TMP/now"
}
good() { # what a night leaves that nothing came between
	local now records said
	said=$(lines)
	night pipelines/moodpipe.sh nightly
	is "$status" 0 "$what: status 0"
	[ "$status" = 0 ] || sed 's/^/# /' "$TMP/mail"
	is "$(cat "$TMP/mail.err")" "" "$what: nothing but the summary is said"
	like "$(head -n 1 "$TMP/mail")" "is up to date" "$what: it says so"
	like "$(cat "$TMP/metrics/moodpipe_nightly.prom")" \
	    "^moodpipe_nightly_status 0$" "$what: so do the metrics"
	records=$(count "$c"/shards/*/tracks.ndjson)
	is "$((records + $(count "$c/report/rejects.ndjson") + \
	    $(count "$c/report/merged.ndjson")))" "$rows" \
	    "$what: rows = records + rejects + merged"
	is "$(in_mail tracks)" "$records" "$what: tracks are counted"
	now=$(ids)
	if [ -s "$TMP/before" ]; then
		is "$(in_mail "since last time" | sed 's/[0-9]* changed, //')" \
		    "$(comm -13 "$TMP/before" <(echo "$now") | wc -l) new,$(
		    comm -23 "$TMP/before" <(echo "$now") | wc -l |
		    sed 's/^/ /') gone" "$what: as are new ones and gone ones"
	fi
	usual=$(($(lines) - said)) a_line=$((took / usual))
	answers
	is "$(find "$c" "$TMPDIR" -name '*.tmp*' | wc -l)" 0 \
	    "$what: nothing is left behind"
	compare
}
bad() { # STATUS REGEX COMMAND...: it fails, says why, and leaves what was there
	local want=$1 why=$2 was
	shift 2
	was=$(generation "$c")
	night "$@"
	is "$status" "$want" "$what: status $want"
	like "$(cat "$TMP/mail")" "failed, status $want" "$what: it says so"
	like "$(cat "$TMP/mail" "$TMP/mail.err")" "$why" "$what: and why"
	like "$(cat "$TMP/mail")" "^What is asked is the index of" \
	    "$what: and what is asked"
	is "$(generation "$c")" "$was" "$what: which is what was"
	answers
}

quiet() { good; }

lines() { count "$c/report/nightly.log"; }
killed() { # TIMES, each when its log has got so many lines, at some moment of the next
	local i at behind left=$usual
	for ((i = 0; i < $1; i++)); do
		at=$((1 + (left - 2) * RANDOM / 32768))
		behind=$((a_line * RANDOM / 32768))
		left=$((left - at > 6 ? left - at : 6))
		# shellcheck disable=SC2016
		night bash -c 'setsid pipelines/moodpipe.sh nightly &
			while kill -0 $! 2>/dev/null && [ "$(wc -l <"$0")" -lt "$1" ]; do
				sleep 0.01
			done
			sleep "$2"; kill -9 -- -$!; wait $!' \
		    "$c/report/nightly.log" $(($(lines) + at)) \
		    "$(printf '%d.%03d' $((behind / 1000)) $((behind % 1000)))" \
		    2>/dev/null
		flock -w 20 "$c/lock" true
		note "killed $behind ms behind line $at of some $usual"
		answers
		if [ "$status" = 0 ]; then
			note "it was through by then"
			continue
		fi
		kills=$((kills + 1))
		if [ "$c/state/sums" -nt "$c/report/nightly.log" ]; then
			note "the build was through by then, but not its mail"
		else
			status 1 moodpipe status CORPUS="$c"
			like "$(cat "$TMP/out")" "^build +the last one did not end" \
			    "$what: which status tells"
		fi
		sound
	done
}

room() { # SIZE: of all of the disk, as 300m; or KiB beside what is on it
	local size=$1
	[[ $size == *m ]] ||
	    size=$(($(df -k --output=used "$disk" | tail -n 1) + size))k
	mount -o "remount,size=$size" "$disk"
}
full() { # PERCENT...: of the index, which is room that is not enough
	local index free
	index=$(du -kL "$c/index/current" | cut -f 1)
	for free; do
		free=$((index * free / 100))
		if [ -n "$disk" ]; then
			what="$name, $free KiB left"
			room "$free"
			bad 3 "[Nn]o space|no room" pipelines/moodpipe.sh nightly
			room "$disk_size"
		else # no mounts here: no file may be larger
			free=$((free + 40)) # the summary is one, too
			what="$name, files of $free KiB"
			# shellcheck disable=SC2016
			bad 3 "File too large|disk I/O error" bash -c 'trap "" XFSZ
				ulimit -f "$0" && exec pipelines/moodpipe.sh nightly' \
			    "$free"
		fi
	done
	sound
	what="$name, there is room again"
	good
}

sound() { # what waits for a build is not damaged
	status 0 moodpipe verify CORPUS="$c"
}

nostore() {
	mv "$c/audio" "$c/elsewhere"
	bad 3 "is a disk not mounted.*ALLOW_FEWER=1" pipelines/moodpipe.sh nightly
	rm -d "$c/audio"
	mv "$c/elsewhere" "$c/audio"
}

nonetwork() {
	local valid
	valid=$(links VALID)
	serve "" ""
	good
	works "$valid links were VALID, and most still are" \
	    test "$(links VALID)" -ge $((valid / 2))
}
links() { cat "$c"/shards/*/felt.ndjson | grep -c "\"url_status\":\"$1\""; }

cut_off() { # a crawl that did not come whole
	local size
	size=$(wc -c <"$TMP/world/crawl.csv")
	cp "$TMP/world/crawl.csv" "$TMP/whole"
	truncate -s $((size / 5)) "$TMP/world/crawl.csv"
	bad 3 "at least [0-9]+ .*ALLOW_FEWER" pipelines/moodpipe.sh nightly
	mv "$TMP/whole" "$TMP/world/crawl.csv"
	sound
}

damaged() { # between two nights
	local was
	was=$(generation "$c")
	printf x | dd of="$c/shards/000/mood.feat" bs=1 seek=300 conv=notrunc \
	    status=none
	printf '{"id":' >>"$c/shards/001/felt.ndjson"
	head -c 9000 /dev/zero | dd of="$(readlink -f "$c/index/current")" \
	    bs=1 seek=5000 conv=notrunc status=none
	mv "$TMP/world/crawl.csv" "$TMP/new.csv"
	mv "$TMP/built.csv" "$TMP/world/crawl.csv"
	status 4 moodpipe verify CORPUS="$c"
	is "$(wc -l <"$TMP/out")" 3 "$what: verify names three files"
	status 0 moodpipe repair CORPUS="$c" JOBS=2
	is "$(generation "$c")" "$was" "$what: repair gives the same index"
	status 0 moodpipe verify CORPUS="$c"
	mv "$TMP/new.csv" "$TMP/world/crawl.csv"
	good
}

# What asking once tells of links is known, and what failed for two weeks is dead.
last() {
	good
	felt() { cat "$1"/shards/*/felt.ndjson; }
	felt "$c" | jq -r 'select(.permalink_url) |
	    "\(.permalink_url)\t\(.url_status)"' | sort -u >"$TMP/told"
	sort "$TMP/world/truth.tsv" >"$TMP/true"
	join -t $'\t' "$TMP/true" "$TMP/told" >"$TMP/both"
	note "$(wc -l <"$TMP/both") links whose state is known:" \
	    "$(cut -f 2 "$TMP/both" | sort | uniq -c | tr -s ' \n' ' ')"
	works "they are most of all" \
	    test "$(wc -l <"$TMP/both")" -gt $(($(wc -l <"$TMP/true") * 9 / 10))
	is "$(awk -F '\t' '$2 != $3' "$TMP/both" | head -n 6)" "" \
	    "$what: all are told so"
	works "those broken for two weeks are dead" \
	    test "$(felt "$c" | grep -c 'broken reply, lasting')" -gt 0
	unfitted
	unasked
}

# Models are pinned; fitted anew they are a clean build's, too.
unfitted() {
	what="$name, refit"
	rm -rf "$TMP/fitted"
	mkdir "$TMP/fitted"
	cp -a "$c/state" "$c/audio" "$TMP/fitted"
	works "a clean build" env CORPUS="$TMP/fitted" AS_OF=2024-07-30 JOBS=2 \
	    pipelines/corpus.sh index
	works "refit" env CORPUS="$c" AS_OF=2024-07-30 JOBS=2 \
	    pipelines/corpus.sh refit
	is "$(generation "$c")" "$(generation "$TMP/fitted")" \
	    "$what: the index as a clean build's with models of its own"
}

# A corpus that knows no past, of the same crawl: where it differs, that is why.
unasked() {
	local fields='"\(.id)\t\(.url_status)\t\(.url_reason // "")\t\(
	    .audio_status // "")\t\(.recovered_url // "")"'
	local -x AS_OF=2024-07-30 JOBS=2 NET_OPTIONS=$net
	what="$name, without a history"
	works "a build" env CORPUS="$TMP/new" CRAWL="$TMP/world/crawl.csv" \
	    SHARDS=3 SOURCES="$ROOT/data/demo/sources" pipelines/corpus.sh corpus
	works "what is music by the new models, only, is fetched" env CORPUS="$c" \
	    LINK_BUDGET=0 HEAL_BUDGET=0 pipelines/corpus.sh corpus
	felt "$c" | jq -r "$fields" | sort >"$TMP/ours"
	felt "$TMP/new" | jq -r "$fields" | sort >"$TMP/theirs"
	is "$(cut -f 1 "$TMP/theirs" | sha256sum)" \
	    "$(cut -f 1 "$TMP/ours" | sha256sum)" "$what: the same tracks"
	join -t $'\t' -o 1.1,1.2,2.2,1.3,1.4,2.4,1.5,2.5 "$TMP/ours" \
	    "$TMP/theirs" | awk -F '\t' '
	$2 == $3 && $5 == $6 && $7 == $8 { print "the same"; next }
	$2 == "DEAD" && $3 == "UNKNOWN" && $4 ~ /, lasting$/ {
		print "explained: failed for two weeks, not only today"; next
	}
	$2 == $3 && $5 == "ok" &&
	    $6 ~ /^(link is (DEAD|REQUIRES_AUTH)|http 4)/ {
		print "explained: heard before its link went"; next
	}
	$2 == "UNKNOWN" && $3 == "UNKNOWN" {
		print "explained: in trouble tonight, and not the same as then"; next
	}
	{ print "UNEXPLAINED: " $0 }' | sort | uniq -c | sort -rn >"$TMP/why"
	head "$TMP/why" | sed 's/^/#/'
	is "$(grep UNEXPLAINED "$TMP/why" | head -n 6)" "" \
	    "$what: all differences are explained"
	! grep -q UNEXPLAINED "$TMP/why" || keep "$TMP/new"
}

later() { # DAY: by so much all that is known is older
	local table column by=$((($1 - day) * 86400))
	day=$1
	[ -e "$c/state/links.db" ] && [ "$by" -gt 0 ] || return 0
	sqlite3 "$c/state/links.db" "SELECT m.name, p.name FROM sqlite_master m,
	    pragma_table_info(m.name) p WHERE p.name LIKE '%_at'" |
	    while IFS='|' read -r table column; do
		echo "UPDATE $table SET $column = $column - $by
		    WHERE $column > 0;"
	done | sqlite3 "$c/state/links.db"
}

nights() {
	local number on how began_all began_first songs
	local all_questions=0 all_failed=0 kills=0 nights=0
	RANDOM=$SEED began_first=$(ms)
	mkdir -p "$TMP/world" "$TMP/metrics" "$TMP/disk" "$TMP/sound/t" "$TMP/tmp"
	cp data/demo/catalogue.json "$TMP/sound"
	synth -q --dir "$TMP/sound/t" data/demo/scores/*
	if mount -t tmpfs -o "size=$disk_size" none "$TMP/disk" 2>/dev/null; then
		disk=$TMP/disk
	fi
	c=$TMP/disk/corpus day=0
	export TMPDIR=$TMP/tmp
	crawl=(data/demo)
	songs=$ROOT/../shared/data/music/soundcloud/tracks.csv
	if [ "$SONGS" != 0 ] && [ -e "$songs" ]; then
		crawl+=("$songs" "$SONGS")
	fi
	while read -r number on how <&3; do
		began_all=$(ms)
		name="night $number ($how)" what="night $number ($how)"
		rows=$(perl tests/helpers/nightworld.pl "$number" "$TMP/world" \
		    "${crawl[@]}")
		serve "$TMP/sound" "$TMP/world/rules.tsv"
		later "$on"
		$how
		nights=$((nights + 1))
		note "night $number, day $on, $how: $rows rows," \
		    "$(count "$c"/shards/*/felt.ndjson) tracks," \
		    "$(sqlite3 "$c/state/links.db" "SELECT count(*) FROM links") links;" \
		    "$(($(ms) - began_all)) ms, the build $took ms"
	done 3<<<"$PLAN"
	note "$nights nights, $kills builds killed: $all_questions questions," \
	    "$all_failed failed; $((($(ms) - began_first) / 1000)) s"
}

nights
done_testing
