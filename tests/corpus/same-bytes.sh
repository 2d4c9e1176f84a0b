# SPDX-License-Identifier: GPL-3.0-or-later
# The same bytes for any number of jobs and shards, and from a second build.
. tests/corpus.sh
ok demo "$TMP/a" corpus SHARDS=4
want=$(generation "$TMP/a")
ok test -n "$want"
for how in "1 1" "7 4"; do
	set -- $how
	dir=$TMP/s$1
	mkdir -p "$dir"
	cp -a "$TMP/a/state" "$TMP/a/audio" "$dir"
	rm -f "$dir"/state/*.digest "$dir"/state/*.seen
	ok env CORPUS="$dir" SHARDS="$1" JOBS="$2" CRAWL=data/demo/crawl.csv \
	    make -s -j"$2" -f Makefile index
	is "$(generation "$dir")" "$want" "$1 shards, -j$2: the same bytes"
done
done_testing
