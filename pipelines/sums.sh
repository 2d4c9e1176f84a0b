#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# sums.sh begin|end: checksums of what a build made, for verify: state/sums, of
# which the last line is of the lines before it. While a build is under way, and
# after one that did not end, they are state/sums.before, and of files that are
# younger nothing is known. Small files of state/, which cannot be built again,
# are copied beside it. Run by corpus.sh, under its lock.
set -euo pipefail
cd "${CORPUS:?}"
sums=state/sums
if [ "${1:?begin or end}" = begin ]; then
	[ ! -e $sums ] || mv -f $sums $sums.before
	exit
fi
list() { # FIND'S TESTS...: files that stay as a build left them
	find -H models report shards state -type f \
	    ! -name '*.tmp*' ! -name '*.damaged' ! -name '.made' \
	    ! -path 'report/nightly*' ! -path 'report/costs.tsv' \
	    ! -path 'state/links.db*' ! -path 'state/sums*' \
	    ! -path 'state/copy/*' ! -path state/damage ! -name '*.seen' "$@"
}
{
	if [ -e $sums.before ]; then
		list ! -newer $sums.before | sort |
		    join -j 1 - <(sed '$d' $sums.before |
			awk '{ print $2, $1 }' | sort) |
		    awk '{ print $2 "  " $1 }'
		list -newer $sums.before -print0 | xargs -0r sha256sum
		# those that an older build did not list
		list ! -newer $sums.before | sort |
		    join -v 1 - <(awk '{ print $2 }' $sums.before | sort) |
		    tr '\n' '\0' | xargs -0r sha256sum
	else
		list -print0 | xargs -0r sha256sum
	fi
} | sort -k 2 >$sums.tmp
printf '%s  -\n' "$(sha256sum <$sums.tmp | cut -d' ' -f1)" >>$sums.tmp
mkdir -p state/copy
find state -maxdepth 1 -type f ! -name 'links.db*' ! -name 'sums*' \
    ! -name '*.seen' ! -name damage -exec cp -p -t state/copy {} +
sync $sums.tmp
mv -f $sums.tmp $sums
rm -f $sums.before
