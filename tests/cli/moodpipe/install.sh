# SPDX-License-Identifier: GPL-3.0-or-later
# What `make install` puts under a prefix works there, in a home of its own, and
# `make uninstall` takes all of it away.
. tests/tap.sh
unset MOODPIPE_INDEX MOODPIPE_CORPUS MOODPIPE_DATA XDG_DATA_HOME
here=$TMP/root
put() { make -s "$1" DESTDIR="$here" PREFIX=/opt/mp BUILD="$BUILD" BIN="$BIN"; }
ok put install
prefix=$here/opt/mp
moodpipe() {
	(cd "$TMP" && env -i PATH=/usr/bin:/bin HOME="$TMP/home" LC_ALL=C.UTF-8 \
	    HEAL_BUDGET=0 "$prefix/bin/moodpipe" "$@")
}
commands='ask|config|corpus|demo|index|nightly|plan|refit|refresh|repair|status|verify'
is "$(moodpipe --list | grep -vxE "$commands")" "$(cd tools &&
    printf '%s\n' *.c | sed -n '/^worker/!s/\.c$//p' | LC_ALL=C sort)" "every tool has its name"
like "$(moodpipe query --help)" "^usage: query" "a tool is run"
like "$(moodpipe --version)" "^moodpipe [0-9.]+$" "the version"
status 2 moodpipe
status 2 moodpipe nothing
status 2 moodpipe ../bin/sh
status 2 moodpipe worker
status 2 moodpipe corpus here
like "$(cat "$TMP/err")" "NAME=VALUE" "says what it takes"
status 0 moodpipe config
status 2 moodpipe ask </dev/null

is "$(for p in "$prefix"/share/man/man?/*; do
	mandoc -T lint -W error "$p"
	grep -oE 'Xr moodpipe-[a-z-]+ [1-9]' "$p" | while read -r _ n s; do
		[ -e "$prefix/share/man/man$s/$n.$s" ] || echo "$p: $n($s)"
	done
done)" "" "pages name pages that are installed"
ok test -e "$prefix/share/man/man1/moodpipe.1"
ok test -e "$prefix/share/man/man5/moodpipe.conf.5"
like "$(cat "$prefix/share/man/man5/moodpipe.conf.5")" "^.Dt MOODPIPE.CONF 5" \
    "the page of settings has its name"

# What they show can be copied: tools behind moodpipe, tables where they are.
tools=$(cd tools && printf '%s\n' *.c | sed '/^worker/d; s/\.c$//' | paste -sd'|')
is "$(for p in "$prefix"/share/man/man?/*; do
	sed -nE "/^\.Sh SYNOPSIS/,/^\.Sh DESC/{/^\.Nm( ($tools))?\$/p}
	    /^\.Dl (($tools) .*|.*\| ($tools)( .*|\$))/p
	    /^\.Bd -literal/,/^\.Ed/{/(^|^	|\| )($tools)( .*|\$)/p}" "$p" |
	    sed "s|^|${p##*/}: |"
done | grep -v '^moodpipe\.1: \.Nm$')" "" "pages say moodpipe TOOL"
like "$(mandoc "$prefix/share/man/man1/moodpipe-heal.1" | col -b)" \
    "^ +moodpipe heal --undo" "a synopsis does"
is "$(grep -rhoE '/opt/mp/share/moodpipe/[A-Za-z0-9./_-]+' "$prefix/share/man" |
    sed 's/[.,]*$//' | sort -u | while read -r f; do
	[ -e "$here$f" ] || echo "$f"
done)" "" "pages name files that are there"
is "$(grep -rhE '(^|[ (])data/[a-z]' "$prefix/share/man")" "" "where they are"

# What a script runs or reads is installed beside it.
is "$(grep -rhoE '[$][{(]?(here|HERE|PIPELINES)[})]?/[a-z]+\.(sh|mk|awk)' \
    "$prefix/bin" "$prefix/share/moodpipe/pipelines" | sed 's/.*\///' | sort -u |
    while read -r f; do
	[ -e "$prefix/share/moodpipe/pipelines/$f" ] || echo "$f"
done)" "" "scripts find scripts"

# A corpus is built, without the network, with nothing but what is installed.
printf '%s\n' 'title,artist,genre,tags' 'Rain on Monday,Ada,Folk,"sad, slow"' \
    'Jump Higher,The Bolts,Dance,"party, energetic"' >"$TMP/crawl.csv"
status 0 moodpipe index CRAWL="$TMP/crawl.csv" SHARDS=1 JOBS=1
ok test -e "$TMP/home/.local/share/moodpipe/corpus/index/current"
like "$(moodpipe ask sad slow 2>/dev/null)" "Rain on Monday" "it is asked"
like "$(moodpipe ask -k1 --format ndjson "party")" "Jump Higher" \
    "as its options say"
is "$(moodpipe ask --genre Folk --per-artist 1 --format ndjson -- sad |
    grep -c Bolts)" 0 "query's options and rerank's find their way"
status 0 moodpipe ask --ids -j 1 sad
status 2 moodpipe ask sad --genre
like "$(cat "$TMP/err")" "needs a value" "a value that is missing is missed"
like "$(moodpipe ask --help)" "^usage: moodpipe ask" "its help"
status 3 moodpipe ask --index "$TMP/none" sad
status 2 moodpipe ask --sad
status 2 moodpipe ask --sadder than </dev/null
like "$(cat "$TMP/err")" "unknown option: --sadder" "not its value is missed"
status 1 moodpipe ask --like "$TMP/none.mp3"
is "$(cat "$TMP/out" "$TMP/err" | sed 's/: .*//')" "$TMP/none.mp3" \
    "a question that is refused is a failure, and told once"
like "$(moodpipe query sad | head -c 20)" "^\{" "tools ask the same corpus"

# The lines for cron and systemd name what is installed, which cron's shell runs.
schedule=$prefix/share/moodpipe/schedule
like "$(cat "$schedule/moodpipe.service")" '^ExecStart=/opt/mp/bin/moodpipe nightly$' \
    "a unit for systemd"
line=$(sed -n 's/^10 3 \* \* \*  //p' "$schedule/crontab")
like "$line" '^/opt/mp/bin/moodpipe nightly ' "a line for cron"
echo HEAL_BUDGET=0 >"$TMP/home/.local/share/moodpipe/corpus/moodpipe.conf"
status 0 env -i HOME="$TMP/home" PATH=/usr/bin:/bin SHELL=/bin/sh \
    /bin/sh -c "$here$line"
like "$(cat "$TMP/out")" "^moodpipe: .* is up to date" "a night of cron"

# Completion.
complete_line() { # WORDS...: what bash offers for the last of them
	env PATH="$prefix/bin:$PATH" bash -c '
		complete() { :; }; compopt() { :; }
		. "$1/share/bash-completion/completions/moodpipe"
		COMP_WORDS=(moodpipe "${@:2}") COMP_CWORD=$(($# - 1))
		_moodpipe
		printf "%s\n" "${COMPREPLY[@]}"' - "$prefix" "$@"
}
is "$(complete_line extr)" extract-features "a tool's name is completed"
is "$(complete_line rerank --gen)" --genre-share "and an option's"
is "$(complete_line ask --min-p)" --min-popularity "and those of ask"
is "$(complete_line index CR)" CRAWL= "and a setting's"
is "$(complete_line nightly "" | sort)" "$(moodpipe config names |
    sed 's/\t.*/=/; $aCORPUS=' | sort)" "all of the table"
like "$(complete_line ask --format m | paste -sd' ')" "^m3u .*marks" \
    "and a format"
is "$(complete_line ask --more ene)" energetic "and an aspect"
is "$(complete_line config ex)" example "and a word of config"
is "$(complete_line corpus PRECISION = b)" bf16 "and a choice"
is "$(complete_line corpus SHARDS=2 ALLOW_PRIVATE = | paste -sd' ')" "yes no" \
    "and a flag"
is "$(complete_line corpus CRAWL = "$TMP/cra")" "$TMP/crawl.csv" "and a file"
is "$(complete_line corpus CNN = "$TMP/" | sort)" "$TMP/home
$TMP/root" "and a folder"
is "$(complete_line verify "")" CORPUS= "and what verify takes"
is "$(complete_line corpus SHARDS = "")" "" "a number is not"

# The package holds the same, says of whom it is, and depends on what is linked.
ok make -s deb BUILD="$BUILD" BIN="$BIN"
deb=$(printf '%s\n' "$BUILD"/moodpipe_*.deb)
dpkg-deb -x "$deb" "$TMP/deb"
is "$(cd "$TMP/deb/usr" && find . -type f | sed 's/\.gz$//' |
    grep -v '^./share/doc/' | sort)" "$(cd "$prefix" && find . -type f | sort)" \
    "the package has what is installed"
doc=$TMP/deb/usr/share/doc/moodpipe
is "$(cd "$doc" && echo *)" "NEWS.gz README.md changelog.gz copyright" "and documents"
like "$(cat "$doc/copyright")" "^License: CC-BY-SA-4.0" "the models have their licence"
like "$(dpkg-deb -f "$deb" Depends)" "libsndfile1 .*libexttextcat-data, make" \
    "it depends on libraries and programs"
is "$(cat "$TMP/deb/usr/share/moodpipe/schedule/moodpipe.service" |
    sed -n 's/^ExecStart=//p')" "/usr/bin/moodpipe nightly" "its unit is its own"

ok put uninstall
is "$(find "$here" -type f; find "$here" -name '*moodpipe*')" "" \
    "nothing is left behind"
done_testing
