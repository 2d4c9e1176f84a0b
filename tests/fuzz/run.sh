#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh DIR SECONDS NAME...: each harness in DIR (built with libFuzzer) for so
# long, starting from its kept corpus. What it finds is DIR/NAME-crash-...; what
# it learnt is kept in corpus/NAME.tar.gz, the smallest inputs that reach the
# same code, when KEEP is set. Ends with 1 where one found something.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=$1 seconds=$2
export LSAN_OPTIONS=suppressions=$here/../lsan.supp:print_suppressions=0
shift 2
found=0
for name; do
	work=$(mktemp -d "$dir/$name.XXXXXX")
	mkdir "$work"/{seeds,new,least}
	kept=$here/corpus/$name.tar.gz
	[ ! -e "$kept" ] || tar -xzf "$kept" -C "$work/seeds"
	if "$dir/$name" -max_total_time="$seconds" -timeout=10 \
	    -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
	    -artifact_prefix="$dir/$name-" "$work/new" "$work/seeds" \
	    >"$dir/$name.log" 2>&1; then
		awk -v n="$name" '/^Done/ { print n ": " $0 }' "$dir/$name.log"
	else
		found=1
		echo "$name: FOUND" "$dir/$name"-*
		grep -m1 -A8 -E 'ERROR|runtime error' "$dir/$name.log" || true
	fi
	if [ -n "${KEEP:-}" ]; then
		"$dir/$name" -merge=1 -max_len=2048 "$work/least" \
		    "$work/seeds" "$work/new" >/dev/null 2>&1
		tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
		    -C "$work/least" -cf - . | gzip -9n >"$kept"
	fi
	rm -rf "$work"
done
exit $found
