# SPDX-License-Identifier: GPL-3.0-or-later
# feat verify: whatever is wrong is found, named, and status 4.
. tests/tap.sh

for i in $(seq 300); do echo "{\"id\":\"$i\"}"; done >"$TMP/t"
printf '\223NUMPY\001\000\166\000%-117s\n' \
	"{'descr': '<f4', 'fortran_order': False, 'shape': (300, 70), }" \
	>"$TMP/m.npy"
head -c 84000 /dev/zero >>"$TMP/m.npy"
feat from-npy --columns "$(seq -s, -f 'c%.0f' 70)" --ids "$TMP/t" \
	"$TMP/m.npy" >"$TMP/good"
status 0 feat verify "$TMP/good"
size=$(stat -c %s "$TMP/good")

poke() { # OFFSET: the file with that byte changed
	cp "$TMP/good" "$TMP/bad"
	printf '\252' | dd of="$TMP/bad" bs=1 seek="$1" conv=notrunc 2>/dev/null
}
poke 100
status 4 feat verify "$TMP/bad"
like "$(cat "$TMP/err")" "bad: header checksum" "header"
poke 60000
status 4 feat verify "$TMP/bad"
like "$(cat "$TMP/err")" "bad: checksum does not match \(block 0, at byte" \
	"the block is named"
poke 80000
status 4 feat verify "$TMP/bad"
like "$(cat "$TMP/err")" "\(block 1, at byte" "and the next one"
status 4 feat json "$TMP/bad"
status 4 feat npy "$TMP/bad"
status 4 feat info "$TMP/bad"
is "$(cat "$TMP/out")" "" "info of a broken file says nothing half"
poke $((size - 10))
status 4 feat verify "$TMP/bad"
like "$(cat "$TMP/err")" "trailer" "trailer"
head -c $((size - 1)) "$TMP/good" >"$TMP/cut"
status 4 feat verify "$TMP/cut"
like "$(cat "$TMP/err")" "cut: .*make it again" "a cut file; what to do"
cut() { cat "$TMP/cut" | feat verify -; }
status 4 cut
twice() { cat "$TMP/good" "$TMP/good" | feat verify -; }
status 4 twice
status 4 feat verify "$TMP/t"
like "$(cat "$TMP/err")" "t: not a feature file" "not a feature file"

# all files are looked at, good ones are reported
status 4 feat verify "$TMP/good" "$TMP/bad" "$TMP/cut" "$TMP/good"
is "$(grep -c 'good: ok' "$TMP/out")" 2 "goes on behind a broken file"
is "$(wc -l <"$TMP/err")" 2 "one message each"
status 4 feat verify "$TMP/none" "$TMP/bad"
status 3 feat verify "$TMP/none" "$TMP/good"
done_testing
