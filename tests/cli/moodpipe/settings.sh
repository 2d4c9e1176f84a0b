# SPDX-License-Identifier: GPL-3.0-or-later
# A corpus is built by its moodpipe.conf: index, nightly, status, repair and make;
# what is remembered beside it; a file that is wrong stops all of them.
. tests/tap.sh
without_settings
c=$TMP/c
export HOME=$TMP/home CORPUS=$c MOODPIPE_AWAY=1
mkdir -p "$c" "$TMP/metrics"
moodpipe() { pipelines/moodpipe.sh "$@"; }
shards() { (cd "$c/shards" && printf '%s\n' [0-9]*) | wc -l; }
rows() { seq "$1" | sed 's/.*/Song &,Band &,Folk/; 1i song name,artist,genre'; }
rows 8 >"$TMP/crawl.csv"
conf() { cat >"$c/moodpipe.conf"; }

# Nothing but the file, whose paths begin in its folder.
base='CRAWL=../crawl.csv
INGEST_OPTIONS=--map "song name=title"
JOBS=1
LINK_BUDGET=0
HEAL_BUDGET=0
FETCH_BUDGET=0'
printf '%s\n' "$base" SHARDS=2 | conf
status 0 moodpipe corpus
is "$(shards)" 2 "shards by the file"
like "$(cat "$c"/shards/*/crawl.ndjson)" '"title":"Song 7"' \
    "options with quotes, as a shell would read them"
is "$(cat "$c/state/remembered")" "" "what the file says is not remembered"
slow=$c/report/slowest/shards-001-felt.ndjson.ndjson # of a shard that will go
mkdir -p "$c/report/slowest"
echo '{"stage":"emotion","item":"x","ms":9}' >"$slow"
status 0 moodpipe corpus SHARDS=3
is "$(shards)" 3 "an option goes before the file"
status 0 moodpipe index
is "$(shards)" 2 "for one build"
SHARDS=1 status 0 moodpipe index
is "$(shards)" 1 "as does the environment"
ok test ! -e "$slow"

# Without its line the default holds; what is said elsewhere is remembered.
printf '%s\n' "$base" | conf
status 0 moodpipe index
is "$(moodpipe config | grep -c '^SHARDS=4 *# default')" 1 "a line that went"
status 0 moodpipe index SHARDS=2 PRECISION=bf16
is "$(cat "$c/state/remembered")" "SHARDS=2
PRECISION=bf16" "an option is remembered"
status 0 moodpipe index
is "$(moodpipe config | grep -c ' # remembered$')" 2 "by the builds behind"
echo PRECISION=int8 >>"$c/moodpipe.conf"
status 0 moodpipe index SHARDS=
is "$(cat "$c/state/remembered")" "" "forgotten: for an empty value, for the file's"

# make reads it, too, and what its command line says is taken as from moodpipe's.
make="make -s index BIN=$BIN BUILD=$BUILD"
status 0 $make
is "$(shards)" 4 "make reads the file"
status 0 $make SHARDS=02 JOBS= SOURCES=
is "$(shards)" 2 "make: a number as scripts take it, and empty values"
head -n 2 "$TMP/crawl.csv" >"$TMP/fewer.csv"
mv "$TMP/crawl.csv" "$TMP/all.csv"
mv "$TMP/fewer.csv" "$TMP/crawl.csv"
status 2 $make SHARDS=4 ALLOW_FEWER=no
is "$(cat "$c"/shards/*/crawl.ndjson | wc -l)" 8 "no is no, whatever else is new"
mv "$TMP/all.csv" "$TMP/crawl.csv"
status 0 moodpipe index

# A disk that cannot be written is the environment's fault.
mkdir "$c/state/remembered.tmp"
status 3 moodpipe index HEAL_OPTIONS=--lyrics
rmdir "$c/state/remembered.tmp"
rm "$c/lock"
mkdir "$c/lock"
status 3 moodpipe verify
status 3 moodpipe index
rmdir "$c/lock"

# Until a build follows the file, verify goes by what was built.
echo SHARDS=3 >>"$c/moodpipe.conf"
status 0 moodpipe verify

# nightly and ask
printf '%s\n' "$base" 'METRICS=../metrics' 'ASK_OPTIONS=-k 3 --format ndjson' | conf
status 0 moodpipe nightly
like "$(cat "$TMP/metrics/moodpipe_nightly.prom")" "nightly_status 0$" \
    "nightly: metrics where the file says"
export MOODPIPE_CORPUS=$c
is "$(moodpipe ask folk 2>/dev/null | grep -c '"title"')" 3 "ask by the file"
is "$(moodpipe ask -k 2 folk 2>/dev/null | grep -c '"title"')" 2 "and by its options"
echo 'RESOLVRE=x' >>"$c/moodpipe.conf"
is "$(moodpipe ask folk 2>/dev/null | grep -c '"title"')" 3 \
    "a line that is wrong elsewhere keeps nobody from asking"

# A file that is wrong.
said="moodpipe.conf:9: RESOLVRE: no such setting; did you mean RESOLVER"
before=$(cd "$c" && find . -not -path './report*' -printf '%p %T@\n' | sort)
for command in corpus refresh index refit; do
	status 2 moodpipe "$command"
	like "$(cat "$TMP/err")" "$said" "$command: it is said"
done
status 2 make -s index BIN="$BIN" BUILD="$BUILD"
status 2 moodpipe nightly
like "$(cat "$TMP/out")" "failed, status 2" "nightly: it failed"
like "$(cat "$TMP/out")" "$said" "and why"
like "$(cat "$TMP/metrics/moodpipe_nightly.prom")" "nightly_status 2$" \
    "for monitoring, too"
status 1 moodpipe status
like "$(cat "$TMP/out")" "! .*$said" "status: it needs care"
is "$(cd "$c" && find . -not -path './report*' -printf '%p %T@\n' | sort)" \
    "$before" "nothing was done"

# repair needs what is built of.
f=$c/shards/000/mood.feat
printf x | dd of="$f" bs=1 seek=300 conv=notrunc status=none
status 2 moodpipe repair
like "$(cat "$TMP/err")" "$said" "repair: it is said"
ok test -e "$f"
printf '%s\n' "$base" | sed 's,\.\./crawl,../gone,' | conf
status 3 moodpipe repair
like "$(cat "$TMP/err")" "nothing was taken away" "repair: without the crawl, none"
ok test -e "$f"
printf '%s\n' "$base" | conf
status 0 moodpipe repair
status 0 moodpipe verify

# What is passed on is not executed.
touch="touch $TMP/pwned"
for evil in "; $touch; \$($touch) \`$touch\`" "'; $touch; ' \$(shell $touch)"; do
	printf '%s\n' "$base" | grep -v INGEST_OPTIONS | conf
	echo "INGEST_OPTIONS=--map $evil" >>"$c/moodpipe.conf"
	moodpipe index >/dev/null 2>&1
	printf '%s\n' "$base" "FETCH_OPTIONS=$evil" "HEAL_OPTIONS=$evil" \
	    "NET_OPTIONS=$evil" "JAMENDO_CLIENT_ID=$evil" "ASK_OPTIONS=$evil" | conf
	moodpipe corpus >/dev/null 2>&1
	moodpipe ask folk >/dev/null 2>&1
	printf '%s\n' "$base" "CNN=$TMP/n/$evil" | conf
	mkdir -p "$TMP/n/$evil"
	moodpipe index >/dev/null 2>&1
	ok test ! -e "$TMP/pwned"
done

# Paths are any bytes, in any locale, and remembered so.
rm "$c/moodpipe.conf"
export LINK_BUDGET=0 HEAL_BUDGET=0 FETCH_BUDGET=0 JOBS=1
odd=$TMP/$(printf -- '-m\351lo $(%s) %%s "q"' "$touch" | tr / '|')
mkdir "$odd"
cp "$TMP/crawl.csv" "$odd/-x.csv"
export LC_ALL=C.UTF-8
cd "$odd" || exit
status 0 "$OLDPWD/pipelines/moodpipe.sh" index CRAWL=-x.csv \
    INGEST_OPTIONS='--map "song name=title"'
cd "$OLDPWD" || exit
status 0 moodpipe index
is "$(head -n 1 "$c/state/remembered")" "CRAWL=$odd/-x.csv" "a path of any bytes"
is "$(head -n 1 "$c/state/settings")" "CRAWL=$odd/-x.csv" "that begins with a dash"
status 0 moodpipe plan
status 2 moodpipe index CORPUS=-c
like "$(cat "$TMP/err")" "CORPUS=-c: begin it with ./" "a corpus does not"
status 2 moodpipe plan CORPUS="$TMP/a b" CRAWL="$TMP/crawl.csv"
like "$(cat "$TMP/err")" "use letters" "plan: what no build would take"
status 2 moodpipe config script=x
like "$(cat "$TMP/err")" "script: no such setting" "no names of scripts' own"
done_testing
