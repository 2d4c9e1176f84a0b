# SPDX-License-Identifier: GPL-3.0-or-later
# Every header, block-head and trailer byte of a feature file takes each of
# four values, and the file is cut at every length: status 4, never a crash.
# (tests/unit/feat.c does the same with checksums made right again.)
. tests/tap.sh

printf '{"id":"a"}\n{"id":"b"}\n' >"$TMP/t"
printf '\223NUMPY\001\000\166\000%-117s\n' \
	"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }" \
	>"$TMP/m.npy"
head -c 16 /dev/zero >>"$TMP/m.npy"
feat from-npy --columns a,b --ids "$TMP/t" "$TMP/m.npy" >"$TMP/good"
size=$(stat -c %s "$TMP/good")
unnoticed=0 odd=0
try() { # the statuses of a broken file and of the same through a pipe
	local f=$TMP/bad s
	feat verify -q "$f" >/dev/null 2>"$TMP/err"
	s=$?
	[ $s -eq 4 ] || [ $s -eq 0 ] || odd=$((odd + 1))
	[ $s -eq 0 ] && unnoticed=$((unnoticed + 1))
}
for ((i = 0; i < size; i += 3)); do
	head -c $i "$TMP/good" >"$TMP/bad"
	try
done
is $unnoticed 0 "no cut file passes"
free=0
for ((i = 0; i < size; i++)); do
	# the reserved word behind the block's checksum, and the trailer's
	((i >= size - 4 || (i >= size - 28 && i < size - 24))) &&
		free=$((free + 1)) && continue
	was=$(od -An -tu1 -j$i -N1 "$TMP/good")
	cp "$TMP/good" "$TMP/bad"
	printf "\\$(printf %03o $(((was + 1 + i % 255) & 255)))" |
		dd of="$TMP/bad" bs=1 seek=$i conv=notrunc 2>/dev/null
	cmp -s "$TMP/bad" "$TMP/good" || try
done
is $unnoticed 0 "no changed byte passes ($free reserved ones aside)"
is $odd 0 "always status 4"
done_testing
