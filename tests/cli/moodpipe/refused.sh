# SPDX-License-Identifier: GPL-3.0-or-later
# A crawl that is refused is not remembered, one whose build was killed is; nights
# where there is no corpus leave nothing there.
. tests/tap.sh
without_settings
c=$TMP/c
export HOME=$TMP/home CORPUS=$c MOODPIPE_AWAY=1 JOBS=1 LINK_BUDGET=0 \
    HEAL_BUDGET=0 FETCH_BUDGET=0
moodpipe() { pipelines/moodpipe.sh "$@"; }
tracks() { cat "$c"/shards/*/crawl.ndjson | wc -l; }
rows() { seq "$1" | sed 's/.*/Song &,Band &,Folk/; 1i title,artist,genre'; }
rows 12 >"$TMP/crawl.csv"
rows 20 >"$TMP/more.csv"
rows 0 >"$TMP/none.csv"
echo 'no archive' >"$TMP/broken.tar.gz"

# The first one
status 4 moodpipe index CRAWL="$TMP/broken.tar.gz"
status 2 moodpipe index
like "$(cat "$TMP/err")" "set CRAWL=" "of a first one that is refused nothing is known"

# Another one
status 0 moodpipe index CRAWL="$TMP/crawl.csv" SHARDS=2
cp "$c/state/remembered" "$TMP/remembered"
remembers() { # WHAT
	is "$(cat "$c/state/remembered")" "$(cat "$TMP/remembered")" "$1: not remembered"
	ok test ! -e "$c/state/remembered.before"
}
status 3 moodpipe index CRAWL="$TMP/none.csv" SHARDS=3
like "$(cat "$TMP/err")" "ALLOW_FEWER" "no track at all is refused"
remembers "a crawl without tracks"
status 4 moodpipe corpus CRAWL="$TMP/broken.tar.gz"
remembers "one that cannot be read"
status 3 moodpipe refit CRAWL="$TMP/gone.csv"
remembers "one that is not there"
like "$(moodpipe status)" "^crawl +$TMP/crawl.csv$" "nor told to be that of the corpus"
status 2 moodpipe refit INGEST_OPTIONS=--nonsense
remembers "options that ingest does not know"
ok test -e "$c/models/text.pack"
status 0 moodpipe nightly
is "$(tracks)" 12 "the next build takes the one before"

# As it was in a corpus of an older release, which remembers elsewhere
rm "$c/state/remembered"
status 4 moodpipe index CRAWL="$TMP/broken.tar.gz"
is "$(head -n 1 "$c/state/remembered")" "CRAWL=$TMP/crawl.csv" "nor by an older one"
cp "$c/state/remembered" "$TMP/remembered"

# Killed in the middle: the next build goes on with what that one was told.
mkdir "$TMP/bin"
ln -s "$BIN"/* "$TMP/bin"
rm "$TMP/bin/ingest"
printf '#!/bin/sh\nkill -9 0\n' >"$TMP/bin/ingest"
chmod +x "$TMP/bin/ingest"
killed() { BIN=$TMP/bin setsid -w pipelines/moodpipe.sh index CRAWL="$1"; }
status 137 killed "$TMP/broken.tar.gz"
status 4 moodpipe index
remembers "refused after it was killed"
status 137 killed "$TMP/more.csv"
status 0 moodpipe index
is "$(tracks)" 20 "one that was killed goes on"
like "$(cat "$c/state/remembered")" "^CRAWL=$TMP/more.csv" "and is remembered"

# Nights where nothing was built
status 3 moodpipe nightly CORPUS="$TMP/elsewhere"
like "$(cat "$TMP/err")" "no corpus in $TMP/elsewhere: .*CRAWL=" "a wrong path is told"
ok test ! -e "$TMP/elsewhere"
mkdir "$TMP/new"
echo 'CRAWL=../gone.csv' >"$TMP/new/moodpipe.conf"
status 3 moodpipe nightly CORPUS="$TMP/new"
like "$(cat "$TMP/err")" "no such crawl.*new/moodpipe.conf:1" "so is a wrong crawl"
echo 'SHARD=2' >>"$TMP/new/moodpipe.conf"
status 2 moodpipe nightly CORPUS="$TMP/new"
like "$(cat "$TMP/err")" "did you mean SHARDS" "and a wrong setting"
is "$(ls "$TMP/new")" moodpipe.conf "nothing is left there"
echo 'CRAWL=../crawl.csv' >"$TMP/new/moodpipe.conf"
status 0 moodpipe nightly CORPUS="$TMP/new"
like "$(cat "$TMP/out")" "^tracks +12$" "a first night builds what its file says"
done_testing
