#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# moodpipe NAME ...: the tools by name, and what is made of several of them.
# Installed it is bin/moodpipe, and finds all else under the same prefix; in the
# source tree it stands beside the pipelines. man moodpipe(1).
set -eu

usage='usage: moodpipe ask [OPTION ...] WORDS ...
       moodpipe ask [OPTION ...] < REQUESTS or a marked list
       moodpipe demo
       moodpipe corpus|refresh|index|refit|nightly [NAME=VALUE ...]
       moodpipe plan [corpus|refresh|index|refit] [--json] [NAME=VALUE ...]
       moodpipe config [check|example] [NAME=VALUE ...]
       moodpipe status|verify|repair [CORPUS=DIRECTORY]
       moodpipe TOOL [ARGUMENT ...]

ask finds music for a mood or other words and prints it with reasons; moodpipe
ask --help tells its options. demo builds a small corpus and asks it.
corpus builds one from CRAWL=FILE|FOLDER in CORPUS=DIRECTORY, or brings it up to
date; refresh is the half of that which asks the network, index the other, and
refit fits its models anew. nightly is corpus for cron: with a summary to mail.
plan tells what one of these would take, requests, bytes, processor time and disk,
and does nothing.
status tells how a corpus is, verify what of it is damaged, and repair builds that
again from what is sound. config shows the settings of a corpus and where each is
from, checks its moodpipe.conf, or prints an example of one. CORPUS is
$MOODPIPE_CORPUS where it is not given, else ~/.local/share/moodpipe/corpus, which
ask and query look into, too.

      --list           names of commands and tools, a line each
  -h, --help           this; of a tool: moodpipe TOOL --help
  -V, --version
'

here=$(dirname "$(readlink -f "$0")")
if [ -d "$here/../libexec/moodpipe" ]; then
	here=$(dirname "$here")
	BIN=$here/libexec/moodpipe PIPELINES=$here/share/moodpipe/pipelines
	: "${MOODPIPE_DATA:=$here/share/moodpipe/data}" "${FAULTD:=$BIN/faultd}"
else
	here=$(dirname "$here")
	PIPELINES=$here/pipelines
	: "${BIN:=$here/bin}" "${MOODPIPE_DATA:=$here/data}"
	: "${FAULTD:=${BUILD:-$here/build}/tests/helpers/faultd}"
fi
home=${XDG_DATA_HOME:-${HOME:-/var/empty}/.local/share}/moodpipe
demo=$home/demo/index	# asked where nobody named another
[ -z "${MOODPIPE_CORPUS:-}" ] || demo=
: "${MOODPIPE_CORPUS:=$home/corpus}"
if [ -z "${MOODPIPE_INDEX:-}" ]; then
	MOODPIPE_INDEX=$MOODPIPE_CORPUS/index
	[ -e "$MOODPIPE_INDEX/current" ] || [ ! -e "$demo/current" ] ||
	    MOODPIPE_INDEX=$demo
fi
export BIN FAULTD MOODPIPE_CORPUS MOODPIPE_DATA MOODPIPE_INDEX

fail() {
	echo "moodpipe: $*" >&2
	exit 2
}

tools() { # not those that other tools run
	for tool in "$BIN"/*; do
		case ${tool##*/} in
		worker* | faultd) ;;
		*) echo "${tool##*/}" ;;
		esac
	done
}

# Runs pipelines/$1.sh with the command and its settings, NAME=VALUE, whose names
# settings.sh knows.
pipeline() {
	script=$1 command=$2 MOODPIPE_GIVEN=
	shift 2
	for setting; do
		key=${setting%%=*}
		case $key in
		"$setting" | "" | [0-9]* | *[!A-Za-z0-9_]*)
			fail "$setting: $command takes settings alone, NAME=VALUE;" \
			    "man moodpipe.conf" ;;
		esac
		MOODPIPE_GIVEN="$MOODPIPE_GIVEN $key"
		case $key in	# no variable of this script
		*[!A-Z_]*) ;;
		*) export "${setting?}" ;;
		esac
	done
	export MOODPIPE_GIVEN
	export CORPUS="${CORPUS:-$MOODPIPE_CORPUS}"
	"$PIPELINES/$script.sh" "$command"
}

[ $# -gt 0 ] || { printf %s "$usage" >&2; exit 2; }
name=$1
shift
case $name in
-h | --help) printf %s "$usage" ;;
-V | --version) echo "moodpipe $("$BIN/query" --version | sed 's/.* //')" ;;
--list)
	printf '%s\n' ask config corpus demo index nightly plan refit refresh \
	    repair status verify
	tools
	;;
ask)
	for word; do
		case $word in
		-h | --help) exec "$PIPELINES/ask.sh" --help ;;
		--) break ;;
		esac
	done
	of=${MOODPIPE_INDEX%/index}
	if [ -e "$of/moodpipe.conf" ] || [ -n "${ASK_OPTIONS:-}" ]; then
		options=$(CORPUS=$of "$PIPELINES/config.sh" value ASK_OPTIONS) || exit
		set -f
		IFS='
'
		# shellcheck disable=SC2086 # a word a line
		set -- $options "$@"
	fi
	exec "$PIPELINES/ask.sh" "$@"
	;;
config)
	case ${1-} in
	show | check | example | names)
		command=$1
		shift
		;;
	"" | *=*) command=show ;;
	*) fail "config $1: check or example (moodpipe --help)" ;;
	esac
	pipeline config "$command" "$@"
	;;
plan)
	of=corpus
	for word; do
		shift
		case $word in
		--json) export PLAN_JSON=1 ;;
		-h | --help) printf %s "$usage"; exit 0 ;;
		corpus | refresh | index | refit) of=$word ;;
		*) set -- "$@" "$word" ;;
		esac
	done
	pipeline plan "$of" "$@"
	;;
corpus | refresh | index | refit) pipeline corpus "$name" "$@" ;;
nightly | status) pipeline "$name" "$name" "$@" ;;
verify | repair) pipeline verify "$name" "$@" ;;
demo)
	export CORPUS="$home/demo" BUILD="$home" DEMO_AUDIO="$home/demo-audio"
	echo "demo: a crawl with the faults of a real one (rows that are refused," \
	    "dead links) is served on loopback and built; less than a minute." >&2
	pipeline demo corpus "$@"
	for words in "i miss my ex" "pump me up" "calm piano for the evening"
	do
		printf '== %s\n' "$words"
		MOODPIPE_INDEX=$CORPUS/index "$PIPELINES/ask.sh" -k 5 "$words"
	done
	of=" --index $CORPUS/index"
	if [ "$MOODPIPE_INDEX" = "$CORPUS/index" ] ||
	    { [ -n "$demo" ] && [ ! -e "$MOODPIPE_INDEX/current" ]; }; then
		of=
	fi
	printf '\nAsk it yourself: moodpipe ask%s "rainy sunday"\n' "$of"
	printf 'Its links lead nowhere; its sound is in %s, all else in %s.\n' \
	    "$DEMO_AUDIO/t" "$CORPUS"
	;;
-* | */* | worker* | faultd) fail "$name: no such command (moodpipe --help)" ;;
*)
	[ -x "$BIN/$name" ] ||
	    fail "$name: no such tool or command (moodpipe --help)"
	exec "$BIN/$name" "$@"
	;;
esac
