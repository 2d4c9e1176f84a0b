# SPDX-License-Identifier: GPL-3.0-or-later
# feat: a matrix in, every view of it, the matrix out again.
. tests/tap.sh

# little-endian float32: 1.5, 0.1, NaN | 2, -0, 1e-20 | -3.25, 1e30, 16777216
bytes='\0\0\300\077\315\314\314\075\0\0\300\177'
bytes=$bytes'\0\0\0\100\0\0\0\200\010\345\074\036'
bytes=$bytes'\0\0\120\300\312\362\111\161\0\0\200\113'
npy() { # HEADER-DICT: padded as numpy.save does
	local d=$1 pad=$(((64 - (11 + ${#1}) % 64) % 64))
	printf '\223NUMPY\001\000'
	printf "\\$(printf %03o $(((${#d} + pad + 1) & 255)))\\000"
	printf '%s%*s\n' "$d" "$pad" ''
}
npy "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3), }" >"$TMP/m.npy"
printf "$bytes" >>"$TMP/m.npy"
printf '%s\n' '{"id":"one"}' '{"id":"two","error":{"code":"x"}}' \
	'{"id":"thr\u0065e \"3\""}' >"$TMP/t"

status 0 feat from-npy --columns a,b,c --ids "$TMP/t" -o "$TMP/f" "$TMP/m.npy"
status 0 feat json --tracks "$TMP/t" "$TMP/f"
is "$(sed -n 1p "$TMP/out")" '{"id":"one","status":"ok","method":"measured",'\
'"confidence":1,"a":1.5,"b":0.1}' "missing is absent, digits are few"
is "$(sed -n 2p "$TMP/out" | jq -c '[.id,.a,.c]')" '["two",2,1e-20]' \
	"a failed record has its row"
is "$(sed -n 3p "$TMP/out" | jq -r '.id,.a,.b,.c' | tr '\n' ' ')" \
	'three "3" -3.25 1e+30 16777216 ' "ids are JSON again"
status 0 feat json "$TMP/f"
is "$(sed -n 1p "$TMP/out" | jq -r .key)" \
	"$(printf one | sha256sum | cut -c1-16)" "without tracks: the key"
is "$(head -1 "$TMP/t" | feat json --tracks - "$TMP/f" | jq -r '.id // "key"' |
	tr '\n' ' ')" "one key key " "rows without a record keep their key"
status 0 feat npy "$TMP/f"
ok cmp "$TMP/m.npy" "$TMP/out"
is "$(cat "$TMP/f" | feat npy - | cksum)" "$(cksum <"$TMP/m.npy")" \
	"npy from a pipe"
status 0 feat columns "$TMP/f"
is "$(cut -f1 "$TMP/out" | tr '\n' ' ')" "a b c " "columns"
status 0 feat info "$TMP/f"
like "$(cat "$TMP/out")" '^rows     3$' "info: rows"
like "$(cat "$TMP/out")" '^stage    import$' "info: stage"
like "$(cat "$TMP/out")" '^status   ok 3$' "info: status"
like "$(cat "$TMP/out")" '^values   measured 8 imputed 0 missing 1$' \
	"info: values"
is "$(cat "$TMP/f" | feat info - | cksum)" "$(cksum <"$TMP/out")" \
	"info from a pipe"
status 0 feat verify "$TMP/f"
like "$(cat "$TMP/out")" "f: ok, 3 rows of 3 columns, not sorted" "verify"
is "$(feat verify -q "$TMP/f" 2>&1)" "" "verify -q"
feat from-npy --columns a,b,c --ids "$TMP/t" --stage lab --method model \
	"$TMP/m.npy" >"$TMP/g"
is "$(feat json "$TMP/g" | jq -r .method | sort -u)" model "--method"
like "$(feat info "$TMP/g")" '^stage    lab$' "--stage"

# float64, gzip and one dimension are matrices, too
npy "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }" >"$TMP/w.npy"
printf '\0\0\0\0\0\0\370\077\0\0\0\0\0\0\370\177\232\231\231\231\231\231\271\077' \
	>>"$TMP/w.npy"
gzip "$TMP/w.npy"
is "$(feat from-npy --columns a --ids "$TMP/t" "$TMP/w.npy.gz" | feat json - |
	jq -c .a | tr '\n' ' ')" "1.5 null 0.1 " "float64, gzip, one dimension"

# what is not one
wrong() { # NAME STATUS REGEX ARGS...
	local name=$1 st=$2 re=$3
	shift 3
	status "$st" feat "$@"
	like "$(cat "$TMP/err")" "$re" "$name"
}
in="--columns a,b,c --ids $TMP/t"
head -c 150 "$TMP/m.npy" >"$TMP/x"
wrong "cut matrix" 4 "x: file ends early" from-npy $in "$TMP/x"
(cat "$TMP/m.npy"; echo) >"$TMP/x"
wrong "long matrix" 4 "x: more bytes" from-npy $in "$TMP/x"
sed 's/<f4/<i4/' "$TMP/m.npy" >"$TMP/x"
wrong "integers" 4 "x: not an array of float32" from-npy $in "$TMP/x"
sed 's/False/True /' "$TMP/m.npy" >"$TMP/x"
wrong "Fortran order" 4 "x: not in C order" from-npy $in "$TMP/x"
sed 's/(3, 3)/(9999999999999, 3)/' "$TMP/m.npy" >"$TMP/x"
wrong "huge shape" 4 "x" from-npy $in "$TMP/x"
sed 's/(3, 3)/(3, 3, 1)/' "$TMP/m.npy" >"$TMP/x"
wrong "three dimensions" 4 "x: not of one or two" from-npy $in "$TMP/x"
wrong "not a matrix" 4 "t: not a .npy file" from-npy $in "$TMP/t"
wrong "columns" 4 "matrix of 3 x 3" from-npy --columns a,b --ids "$TMP/t" \
	"$TMP/m.npy"
head -2 "$TMP/t" >"$TMP/x"
wrong "rows" 4 "matrix of 3 x 3" from-npy --columns a,b,c --ids "$TMP/x" \
	"$TMP/m.npy"
(cat "$TMP/x"; head -1 "$TMP/x") >"$TMP/y"
wrong "id twice" 4 'y:3: id "one" occurs twice' from-npy --columns a,b,c \
	--ids "$TMP/y" "$TMP/m.npy"
(cat "$TMP/x"; echo '{"n":1}') >"$TMP/y"
wrong "no id" 4 'y:3: .*id' from-npy --columns a,b,c --ids "$TMP/y" \
	"$TMP/m.npy"
wrong "a name of two lines" 2 "columns" from-npy --columns $'a,b\nb,c' \
	--ids "$TMP/t" "$TMP/m.npy"
wrong "such a stage" 2 "control" from-npy --columns a,b,c --stage $'x\ty' \
	--ids "$TMP/t" "$TMP/m.npy"
wrong "name twice" 2 "columns" from-npy --columns a,b,a --ids "$TMP/t" \
	"$TMP/m.npy"
wrong "empty name" 2 "columns" from-npy --columns a,,b --ids "$TMP/t" \
	"$TMP/m.npy"
wrong "long name" 2 "columns" from-npy --ids "$TMP/t" "$TMP/m.npy" \
	--columns a,b,c2345678901234567890123456789012
wrong "method" 2 "no method" from-npy $in --method magic "$TMP/m.npy"
wrong "no --ids" 2 "needs --columns and --ids" from-npy --columns a "$TMP/m.npy"
wrong "no command" 2 "expected" "$TMP/f"
wrong "no file" 2 "expected" json
wrong "two files" 2 "expected" json "$TMP/f" "$TMP/f"
wrong "missing" 3 "none" json "$TMP/none"
wrong "directory" 3 "" json "$TMP"
full() { feat "$@" >/dev/full; }
for c in json npy columns info verify; do status 3 full $c "$TMP/f"; done
status 3 full from-npy $in "$TMP/m.npy"
done_testing
