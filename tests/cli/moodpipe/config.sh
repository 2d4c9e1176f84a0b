# SPDX-License-Identifier: GPL-3.0-or-later
# moodpipe.conf: how it is read, what is wrong in it, where a setting is from.
# Nothing is built here.
. tests/tap.sh
without_settings
export HOME=$TMP/home CORPUS=$TMP/c
mkdir -p "$CORPUS" "$HOME/music" "$TMP/m" "$TMP/bin"
printf '#!/bin/sh\ntouch "%s/ran"\n' "$TMP" >"$TMP/bin/yt#dlp"
cp "$TMP/bin/yt#dlp" "$TMP/bin/plain"
chmod +x "$TMP/bin/yt#dlp"
PATH=$PATH:$TMP/bin
moodpipe() { pipelines/moodpipe.sh "$@"; }
conf() { cat >"$CORPUS/moodpipe.conf"; }
# What `moodpipe config` says of a setting.
told() { # NAME [NAME=VALUE...]
	moodpipe config "${@:2}" 2>/dev/null | sed -n "s/^\($1=.*[^ ]\) *# /\1 # /p"
}

status 0 moodpipe config check
like "$(cat "$TMP/out")" "no moodpipe.conf" "none: that is well"
is "$(moodpipe config | sed 's/=.*//' | paste -sd' ')" \
    "$(grep -v '^#' data/config.tsv | cut -f1 | paste -sd' ')" \
    "every setting of the table is shown"
is "$(told SHARDS)" "SHARDS=4 # default" "by default"
is "$(told JOBS)" "JOBS=$(nproc) # default" "or found out"
is "$(MOODPIPE_AWAY=1 told JOBS)" "JOBS=$(nproc --ignore=1) # default" \
    "of a night one less"

# How lines are read.
conf <<'END'
# a remark
  SHARDS = 12   # parts
CRAWL=~/music
METRICS=../m
INGEST_OPTIONS="--map 'song name=title'"# closed
HEAL_OPTIONS = --contact 'a b@c.d'
FETCH_OPTIONS='--x "y # z"'
RESOLVER=yt#dlp -g
ALLOW_PRIVATE=Yes
CNN=

JOBS=08
END
printf 'AUDIO_QUOTA=1.5G\r\nMEMORY=2g' >>"$CORPUS/moodpipe.conf"
status 0 moodpipe config check
is "$(cat "$TMP/err")" "" "nothing is wrong"
like "$(cat "$TMP/out")" "moodpipe.conf: 12 settings" "settings are counted"
is "$(told SHARDS)" "SHARDS=12 # moodpipe.conf:2" "blanks, a remark, a line"
is "$(told CRAWL)" "CRAWL=$HOME/music # moodpipe.conf:3" "a path at home"
is "$(told METRICS)" "METRICS=$CORPUS/../m # moodpipe.conf:4" \
    "a path from the corpus' folder"
is "$(told INGEST_OPTIONS)" \
    "INGEST_OPTIONS=--map 'song name=title' # moodpipe.conf:5" "double quotes"
is "$(told HEAL_OPTIONS)" \
    "HEAL_OPTIONS=--contact 'a b@c.d' # moodpipe.conf:6" "quotes inside stay"
is "$(told FETCH_OPTIONS)" \
    "FETCH_OPTIONS='--x \"y # z\"' # moodpipe.conf:7" "single quotes"
is "$(told RESOLVER)" "RESOLVER=yt#dlp -g # moodpipe.conf:8" "a # in a word"
is "$(told ALLOW_PRIVATE)" "ALLOW_PRIVATE=yes # moodpipe.conf:9" "a flag"
is "$(told JOBS)" "JOBS=8 # moodpipe.conf:12" "a number"
is "$(told AUDIO_QUOTA)" "AUDIO_QUOTA=1.5G # moodpipe.conf:13" "of Windows"
is "$(told MEMORY)" "MEMORY=2g # moodpipe.conf:14" "the last line's end"
moodpipe config >"$TMP/shown"
sed -i 's/^ALLOW_FEWER.*//' "$TMP/shown"
cp "$TMP/shown" "$CORPUS/moodpipe.conf"
is "$(moodpipe config | sed 's/ *# .*//')" \
    "$(sed 's/ *# .*//; /^$/d' "$TMP/shown"; echo ALLOW_FEWER=no)" \
    "what is shown is a file that says the same"

# Precedence.
mkdir "$CORPUS/state"
printf '%s\n' SHARDS=3 PRECISION=bf16 >"$CORPUS/state/remembered"
: | conf
is "$(told SHARDS)" "SHARDS=3 # remembered" "remembered"
echo SHARDS=5 | conf
is "$(told SHARDS)" "SHARDS=5 # moodpipe.conf:1" "the file goes before"
is "$(SHARDS=6 told SHARDS)" "SHARDS=6 # environment, over moodpipe.conf:1" \
    "and the environment"
is "$(SHARDS=6 told SHARDS SHARDS=7)" "SHARDS=7 # option, over moodpipe.conf:1" \
    "and an option"
is "$(told SHARDS SHARDS=)" "SHARDS=4 # default, over moodpipe.conf:1" \
    "an empty one is the default"
is "$(told PRECISION)" "PRECISION=bf16 # remembered" "the rest is as it was"
rm "$CORPUS/state/remembered"
printf '%s\n' CRAWL=/x SHARDS=9 >"$CORPUS/state/settings"
printf '%s\n' CNN=/n "-  0abc" >"$CORPUS/state/cnn"
: | conf
is "$(told SHARDS)" "SHARDS=9 # remembered" "by a corpus of an older release"
is "$(told CNN)" "CNN=/n # remembered" "of other files, too"
rm -r "$CORPUS/state"

# What is wrong, all of it, each in its line.
wrong() { # LINE WANTED...
	printf '%s\n' "$1" | conf
	moodpipe config check >"$TMP/out" 2>"$TMP/err"
	is "$? $(sed "s|^config: $CORPUS/||" "$TMP/err")" "2 moodpipe.conf:$2" "$1"
}
echo SHARDS=3 | conf
is "$(moodpipe config check)" "$CORPUS/moodpipe.conf: 1 setting, all well" "one"
wrong FETCH_BUGDET=3 "1: FETCH_BUGDET: no such setting; did you mean FETCH_BUDGET?"
wrong FETHC_BUDGET=3 "1: FETHC_BUDGET: no such setting; did you mean FETCH_BUDGET?"
wrong shards=3 "1: shards: no such setting; did you mean SHARDS?"
wrong CRWAL=/x "1: CRWAL: no such setting; did you mean CRAWL?"
wrong quota=1G "1: quota: no such setting; did you mean AUDIO_QUOTA?"
wrong ELEPHANT=1 "1: ELEPHANT: no such setting"
wrong "CORPUS=/x" "1: CORPUS: that is the folder of this file; take the line out"
wrong "export SHARDS=1" "1: export SHARDS=1: expected NAME=VALUE"
wrong "SHARDS 1" "1: SHARDS 1: expected NAME=VALUE"
wrong "=1" "1: =1: expected NAME=VALUE"
wrong SHARDS=501 "1: SHARDS=501: expected a whole number from 1 to 500"
wrong SHARDS=99999999999999999999 \
    "1: SHARDS=99999999999999999999: expected a whole number from 1 to 500"
wrong LINK_BUDGET=-3 "1: LINK_BUDGET=-3: expected a whole number from 0"
wrong AUDIO_QUOTA=some "1: AUDIO_QUOTA=some: expected a size in bytes, as 512M"
wrong AS_OF=2024-02-30 "1: AS_OF=2024-02-30: expected a date, as 2024-06-30"
wrong ALLOW_PRIVATE=maybe "1: ALLOW_PRIVATE=maybe: expected yes or no"
wrong "PRECISION=f32,bf16" "1: PRECISION=f32,bf16: expected f32, bf16 or int8"
wrong "HEAL_OPTIONS=--contact 'a" \
    "1: HEAL_OPTIONS=--contact 'a: expected words, and quotes that close"
wrong 'METRICS="a" b' \
    "1: METRICS: a value that begins with a quote ends with it"
wrong 'METRICS="a' "1: METRICS: a value that begins with a quote ends with it"
wrong 'CRAWL=$HOME/x' \
    '1: CRAWL=$HOME/x: expected a crawl; its path without variables, ~/ is your home'
wrong ALLOW_FEWER=1 "1: ALLOW_FEWER: for one build only; say it as an option of \
that one"
echo TEXT=toy | conf
status 2 moodpipe config check
like "$(cat "$TMP/err")" "TEXT=toy: expected words \(ENCODER=DIR" "no such vectors"
wrong "$(printf 'SHARDS=1\n\nJOBS=x\nSHARDS=2')" \
    "3: JOBS=x: expected a whole number from 1 to 1024
moodpipe.conf:4: SHARDS: line 1 sets it, too; take one out"
JOBS=2 wrong JOBS=x "1: JOBS=x: expected a whole number from 1 to 1024"
printf 'SHARDS=\033\302\233é' | conf
moodpipe config check 2>"$TMP/err"
like "$(cat "$TMP/err")" "SHARDS=[?][?]é: expected" \
    "nothing that a terminal would obey is said"
printf 'CRAWL=/música/日本\n' | conf
is "$(told CRAWL)" "CRAWL=/música/日本 # moodpipe.conf:1" "a path is bytes"
printf 'SHARDS=1\0' | conf
status 2 moodpipe config check
head -c 200000 /dev/zero | tr '\0' '#' | conf
status 2 moodpipe config check
rm "$CORPUS/moodpipe.conf"
mkdir "$CORPUS/moodpipe.conf"
status 2 moodpipe config check
rmdir "$CORPUS/moodpipe.conf"
mkfifo "$CORPUS/moodpipe.conf"
status 2 timeout 5 pipelines/moodpipe.sh config check
rm "$CORPUS/moodpipe.conf"
echo "CNN=/no/such
METRICS=$TMP/m" | conf
status 3 moodpipe config check
like "$(cat "$TMP/err")" "no such folder: /no/such \(.*moodpipe.conf:1\)" \
    "a path that is not there"

# All of it at once, of values and of what is not there; for a plan, too.
printf '%s\n' CNN=/no/such CRAWL=/no/crawl ENCODER=/no/encoder SHARDS=x | conf
status 2 moodpipe config check
is "$(grep -oE '(SHARDS=x|/no/[a-z]*) ?' "$TMP/err" | sort | paste -sd' ')" \
    "/no/crawl  /no/encoder  /no/such  SHARDS=x" "all that is wrong"
status 2 moodpipe plan
is "$(grep -oE '^plan: .*(SHARDS=x|/no/[a-z]*) ' "$TMP/err" | wc -l)" 3 \
    "a plan tells paths beside values"
is "$(grep -c 'SHARDS=x' "$TMP/err")" 1 "and once"
sed -i /SHARDS/d "$CORPUS/moodpipe.conf"
status 1 moodpipe plan
is "$(grep -oE '^! no such .*: /no/[a-z]* ' "$TMP/out" | sort)" \
    "! no such crawl: /no/crawl 
! no such folder: /no/encoder 
! no such folder: /no/such " "what is not there stands against it, all of it"
echo ENCODER=/no/encoder | conf
status 2 moodpipe plan
like "$(paste -sd' ' "$TMP/err")" "set CRAWL=.*/no/encoder" "with what is missing"

# Programs, which are looked for and not run.
for program in no-such-program plain "$TMP/bin/plain" ./no/such "$TMP/m"; do
	echo "RESOLVER=$program -g" | conf
	status 3 moodpipe config check
	like "$(cat "$TMP/err")" \
	    "no such executable program: $program \(.*moodpipe.conf:1\); .*RESOLVER=" "$program"
done
for program in 'yt#dlp -g' "$TMP/bin/yt#dlp"; do
	echo "RESOLVER=$program" | conf
	status 0 moodpipe config check
done
ok test ! -e "$TMP/ran"

# To ask, what concerns building alone is not looked at; a line that is no
# setting might be meant for it, and is told once.
export MOODPIPE_DATA=$PWD/data
value() { pipelines/config.sh value ASK_OPTIONS 2>"$TMP/err" | paste -sd' '; }
printf '%s\n' SHARDS=x CRAWL=/no/crawl TEXT=toy 'ASK_OPTIONS=-k 3' | conf
is "$(value) $(cat "$TMP/err")" "-k 3 " "wrong values of others"
printf '%s\n' 'ASK_OPTIONS=-k 3' 'foo bar' ASK_OPTION=x | conf
is "$(value)" "-k 3" "lines that are no settings"
is "$(sed 's/.*moodpipe.conf/moodpipe.conf/' "$TMP/err")" \
    "moodpipe.conf:2: foo bar: expected NAME=VALUE
moodpipe.conf:3: ASK_OPTION: no such setting; did you mean ASK_OPTIONS?" "are told"
printf '%s\n' SHARDS=x "ASK_OPTIONS='-k 3" | conf
status 2 pipelines/config.sh value ASK_OPTIONS
is "$(sed 's/.*moodpipe.conf/moodpipe.conf/' "$TMP/err")" \
    "moodpipe.conf:2: ASK_OPTIONS: a value that begins with a quote ends with it" \
    "its own is refused, and no other"

# Options.
: | conf
status 2 moodpipe config FETCH_BUGDET=3
is "$(cat "$TMP/err")" "config: FETCH_BUGDET: no such setting; did you mean \
FETCH_BUDGET?" "an option has a suggestion, too"
status 2 moodpipe index CRAWL="$TMP" SHADRS=3
ok test ! -e "$CORPUS/index"
status 2 moodpipe config chekc
like "$(cat "$TMP/err")" "check or example" "and so has a command"
SHARDS=0 status 2 moodpipe config check
is "$(cat "$TMP/err")" \
    "config: environment: SHARDS=0: expected a whole number from 1 to 500" \
    "and a variable"

# Nothing of it is executed, whatever it says.
evil="touch $TMP/pwned"
while IFS= read -r value; do
	for name in CRAWL SHARDS INGEST_OPTIONS MEMORY AUDIO_QUOTA RESOLVER \
	    PRECISION TEXT ALLOW_PRIVATE AS_OF ENCODER ASK_OPTIONS METRICS; do
		printf '%s=%s\n' "$name" "$value"
	done >"$CORPUS/moodpipe.conf"
	printf '%s=1\nx[%s]=1\n' "$value" "$value" >>"$CORPUS/moodpipe.conf"
	moodpipe config >/dev/null 2>&1
	moodpipe config check >/dev/null 2>&1
	moodpipe config example >/dev/null 2>&1
	moodpipe index >/dev/null 2>&1
	moodpipe ask sad >/dev/null 2>&1
	moodpipe nightly >/dev/null 2>&1
	moodpipe status >/dev/null 2>&1
	ok test ! -e "$TMP/pwned"
done <<END
\$($evil)
\`$evil\`
; $evil
a[\$($evil)]
"; $evil; "
'; $evil; '
| $evil
\$(shell $evil)
END

# An example is a file that changes nothing, and is no more than the table says.
rm -rf "$CORPUS"
mkdir "$CORPUS"
moodpipe config example CRAWL="$HOME/music" SHARDS=9 >"$TMP/example"
is "$(grep -c '^[^#]' "$TMP/example")" 2 "what is not by default is set"
is "$(grep -E '^#?[A-Z_]+=' "$TMP/example" | sed 's/^#//; s/=.*//' | paste -sd' ')" \
    "$(grep -v '^#' data/config.tsv | awk -F'\t' '$5 != "once" { print $1 }' |
    paste -sd' ')" "all others are there"
moodpipe config | grep -v -e ^CRAWL -e ^SHARDS >"$TMP/before"
cp "$TMP/example" "$CORPUS/moodpipe.conf"
status 0 moodpipe config check
is "$(moodpipe config | grep -v -e ^CRAWL -e ^SHARDS)" "$(cat "$TMP/before")" \
    "and they are as they were"
sed -i 's/^#\([A-Z_]*=.\)/\1/' "$CORPUS/moodpipe.conf"
status 0 moodpipe config check
is "$(moodpipe config | sed 's/ *# .*//' | grep -v -e ^CRAWL -e ^SHARDS)" \
    "$(sed 's/ *# .*//' "$TMP/before")" "its defaults are values"

# The page has the settings of the table, with their defaults.
is "$(sed -n 's/^\.It Ev \([A-Z_]*\) Ns =\( Ns \)*/\1=/p' man/moodpipe.conf.5 |
    sort)" "$(grep -v '^#' data/config.tsv |
    awk -F'\t' '{ print $1 "=" ($4 == "-" ? "" : $4) }' | sort)" \
    "the manual page knows every setting and its default"
is "$(awk '/^\.It Ev/ { if (n) print n, kept; n = $3; kept = "-" }
    /[ ;]kept[.;]?$|^kept\.$|; kept\.$/ { kept = "kept" }
    END { print n, kept }' man/moodpipe.conf.5 | grep -c ' kept$')" \
    "$(cut -f5 data/config.tsv | grep -cx kept)" "and which are kept"
done_testing
