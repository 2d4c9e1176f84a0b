# SPDX-License-Identifier: GPL-3.0-or-later
# extract-features: 300 damaged files, each with its row (`make mutations`
# takes 10,000).
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
timeout 300 "$ROOT/tests/mutations.sh" 300 >counts 2>err
is $? 0 'no crash, no hang, a row of each'
sed 's/^/# /' counts err
is "$(grep -v lost counts | awk -F'\t' '{ n += $2 } END { print n }')" 300 \
	'all have a status'
ok [ "$(grep -cE '^(ok|partial|undecodable)' counts)" = 3 ]
done_testing
