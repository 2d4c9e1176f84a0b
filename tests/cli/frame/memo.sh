# SPDX-License-Identifier: GPL-3.0-or-later
# A memo saves work and changes no byte.
. tests/tap.sh
PATH=$BUILD/tests/helpers:$PATH

stage() {
	identity --set x --fail bad --memo "$TMP/memo" --previous "$TMP/out" \
		-o "$TMP/out" "$@" "$TMP/in" 2>"$TMP/said"
}
reused() { sed -n 's/.* reused=\([0-9]*\) .*/\1/p' "$TMP/said"; }
fresh() {
	identity -q --set x --fail bad "$TMP/in" | cmp - "$TMP/out"
	is $? 0 "$1: the bytes of a run without"
}
for i in $(seq 1000); do echo "{\"id\":\"$i\",\"n\":$i}"; done >"$TMP/in"
sed -i '10s/}/,"bad":1}/' "$TMP/in"
stage
is "$(reused)" 0 "first run: all anew"
fresh first
stage -j1
is "$(reused)" 999 "second run: all but the failed one"
fresh second
cp "$TMP/memo" "$TMP/memo1"
stage -j4
ok cmp "$TMP/memo" "$TMP/memo1"
sed -i '500s/"n":500/"n":0/' "$TMP/in"
stage
is "$(reused)" 998 "one line changed: one more"
fresh changed
sed -i 700q "$TMP/out"
stage
is "$(reused)" 699 "a previous output cut short"
fresh cut
: >"$TMP/memo"
stage
is "$(reused)" 0 "an empty memo"
fresh empty
stage --max-errors 0
is $? 1 "--max-errors counts failures with a memo, too"
done_testing
