# SPDX-License-Identifier: GPL-3.0-or-later
# What every filter owes its caller: exit statuses and messages, moodpipe(7).
. tests/tap.sh
PATH=$BUILD/tests/helpers:$PATH

printf '{"id":"a","n":7.60}\n{"id":"b"}\n' >"$TMP/in"
status 0 identity "$TMP/in"
ok cmp "$TMP/in" "$TMP/out"
like "$(cat "$TMP/err")" '^identity: in=2 ok=2 err=0 [0-9]+\.[0-9]s$' "last line"
status 0 identity -q "$TMP/in"
is "$(cat "$TMP/err")" "" "-q says nothing"
is "$(identity -q <"$TMP/in" | cksum)" "$(cksum <"$TMP/in")" "standard input"
is "$(identity -q - <"$TMP/in" | cksum)" "$(cksum <"$TMP/in")" "operand -"
is "$(gzip -c "$TMP/in" | identity -q | cksum)" "$(cksum <"$TMP/in")" "gzip"

# usage: 2
status 2 identity --no-such-option
like "$(cat "$TMP/err")" "unknown option: --no-such-option" "names the option"
like "$(cat "$TMP/err")" "Try 'identity --help'" "says what to do"
status 2 identity -j 0 "$TMP/in"
status 2 identity --memory=much "$TMP/in"
status 2 identity --max-errors=some "$TMP/in"
status 2 identity --set
status 0 identity --help
like "$(cat "$TMP/out")" "^Usage: identity" "--help is on stdout"
is "$(cat "$TMP/err")" "" "--help leaves stderr alone"
status 0 identity --version
like "$(cat "$TMP/out")" '^identity \(moodpipe\) [0-9]+\.[0-9]+' "--version"

# environment: 3
status 3 identity "$TMP/none"
like "$(cat "$TMP/err")" "$TMP/none.*No such file" "names the missing file"
status 3 identity "$TMP/in" "$TMP/none"
status 3 identity "$TMP"
status 3 identity -o "$TMP/none/out" "$TMP/in"
full() { "$@" "$TMP/in" >/dev/full; }
status 3 full identity
like "$(cat "$TMP/err")" "standard output.*No space left" "/dev/full is noticed"
full() { identity "$1" >/dev/full; }
status 3 full --help
status 3 full --version
status 3 identity -o /dev/full "$TMP/in"
[ -c /dev/full ]
is $? 0 "a device stays a device"
for i in $(seq 20000); do echo "{\"id\":\"$i\"}"; done >"$TMP/many"
full() { identity "$TMP/many" >/dev/full; }
status 3 full

# a closed pipe: 3, with a message
identity "$TMP/many" 2>"$TMP/err" | true
is "${PIPESTATUS[0]}" 3 "closed pipe: status 3"
like "$(cat "$TMP/err")" "standard output.*Broken pipe" "closed pipe: a message"

# malformed: 4
bad() { # NAME TEXT LINE
	printf "$2" >"$TMP/bad"
	status 4 identity "$TMP/bad"
	like "$(cat "$TMP/err")" "bad:$3: " "$1: names line $3"
}
bad "cut line" '{"id":"a"}\n{"id":"b' 2
bad "not an object" '{"id":"a"}\n\n[1]\n' 3
bad "text" 'hello\n' 1
bad "two objects" '{"id":"a"}{"id":"b"}\n' 1
bad "number" '{"a":01}\n' 1
bad "tab in a name" '{"a\tb":1}\n' 1
identity - <"$TMP/bad" >/dev/null 2>"$TMP/err"
is $? 4 "standard input: status 4"
like "$(cat "$TMP/err")" "standard input:1: " "standard input has a name"
gzip -c "$TMP/many" | head -c 1000 >"$TMP/cut.gz"
status 4 identity "$TMP/cut.gz"
like "$(cat "$TMP/err")" "cut.gz.*early" "cut gzip"
status 4 identity "$TMP/in" "$TMP/bad"
like "$(cat "$TMP/err")" "bad:1: " "lines count per file"
echo old >"$TMP/kept"
status 4 identity -o "$TMP/kept" "$TMP/in" "$TMP/bad"
is "$(cat "$TMP/kept")" old "a failed run leaves the old output"
is "$(ls "$TMP" | grep -c tmp-)" 0 "and no temporary files"

# records that failed: 1 when there are too many
status 0 identity --fail n "$TMP/in"
like "$(head -1 "$TMP/out")" \
	'^\{"id":"a","n":7\.60,"error":\{"tool":"identity","code":"asked",' \
	"the error is in the record"
is "$(tail -1 "$TMP/out")" '{"id":"b"}' "the others pass"
like "$(cat "$TMP/err")" "in=2 ok=1 err=1 " "counted"
status 1 identity --fail n --max-errors 0 "$TMP/in"
is "$(wc -l <"$TMP/out")" 2 "the output is complete all the same"
status 0 identity --fail n --max-errors 1 "$TMP/in"
status 0 identity --fail n --max-errors 50% "$TMP/in"
status 1 identity --fail n --max-errors 49% "$TMP/in"
status 1 identity --fail n --max-errors 0 -o "$TMP/kept" "$TMP/in"
is "$(wc -l <"$TMP/kept")" 2 "and so with -o"
done_testing
