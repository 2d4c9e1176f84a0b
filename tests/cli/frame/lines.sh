# SPDX-License-Identifier: GPL-3.0-or-later
# Lines as they come: empty input, blank lines, no newline at the end, CRLF.
. tests/tap.sh
PATH=$BUILD/tests/helpers:$PATH

through() { printf "$1" | identity -q "${@:2}" | od -c; }
same() { is "$(through "$1")" "$(printf "$2" | od -c)" "$3"; }

same '' '' "empty input"
same '\n\n \n\t\n' '' "blank lines only"
same '{"a":1}' '{"a":1}\n' "last line without a newline"
same '{"a":1}\n\n  \n{"b":2}\n' '{"a":1}\n{"b":2}\n' "blank lines between"
same '{"a":1}\r\n{"b":2}\r\n' '{"a":1}\r\n{"b":2}\r\n' "CRLF passes"
same ' { "a" : 7.60 } \n' ' { "a" : 7.60 } \n' "white space passes"
same '{"a":"\\u0000","a":1e400,"b":"\377"}\n' \
	'{"a":"\\u0000","a":1e400,"b":"\377"}\n' "odd values pass"
is "$(printf '{"a":1e400 , "x":2,"\\u0061":"\\ud800"}' |
	identity -q --set x)" '{"a":1e400,"\u0061":"\ud800","x":1}' \
	"a member is replaced, the rest stays"
is "$(printf '{ }' | identity -q --set x)" '{ "x":1}' "set in an empty record"
printf '{"a":1}' >"$TMP/a"
: >"$TMP/b"
printf '{"c":1}\n' >"$TMP/c"
is "$(identity -q "$TMP/a" "$TMP/b" "$TMP/c" | tr '\n' ' ')" \
	'{"a":1} {"c":1} ' "files are not run together"

# same bytes for any -j; a long line; many records
awk 'BEGIN { srand(3); for (i = 0; i < 30000; i++) {
	printf "{\"id\":\"%d\",\"t\":\"", i
	n = i == 777 ? 900000 : rand() * 60
	s = ""; for (k = 0; k < n; k += 10) s = s "some text "
	printf "%s\"}\n", s } }' >"$TMP/many"
identity -q -j1 --set x "$TMP/many" >"$TMP/j1"
for j in 2 3 8; do
	identity -q -j$j --set x "$TMP/many" | cmp - "$TMP/j1"
	is $? 0 "-j$j: the bytes of -j1"
done
is "$(wc -l <"$TMP/j1")" 30000 "every record"
cat "$TMP/many" | identity -q --set x | cmp - "$TMP/j1"
is $? 0 "through a pipe"
done_testing
