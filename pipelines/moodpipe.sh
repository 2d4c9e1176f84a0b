#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# moodpipe NAME ...: the tools by name, and what is made of several of them.
# Installed it is bin/moodpipe, and finds all else under the same prefix; in the
# source tree it stands beside the pipelines. man moodpipe(1).
set -eu

usage='usage: moodpipe ask [OPTION ...] WORDS ...
       moodpipe demo
       moodpipe corpus|refresh|index|refit|nightly [NAME=VALUE ...]
       moodpipe status|verify|repair [CORPUS=DIRECTORY]
       moodpipe TOOL [ARGUMENT ...]

ask finds music for a mood or other words and prints it with reasons; its
options are those of query and rerank. demo builds a small corpus and asks it.
corpus builds one from CRAWL=FILE|FOLDER in CORPUS=DIRECTORY, or brings it up to
date; refresh is the half of that which asks the network, index the other, and
refit fits its models anew. nightly is corpus for cron: with a summary to mail.
status tells how a corpus is, verify what of it is damaged, and repair builds that
again from what is sound. CORPUS is $MOODPIPE_CORPUS where it is not given,
else ~/.local/share/moodpipe/corpus, which ask and query look into, too.

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
: "${MOODPIPE_CORPUS:=$home/corpus}"
if [ -z "${MOODPIPE_INDEX:-}" ]; then
	MOODPIPE_INDEX=$MOODPIPE_CORPUS/index
	[ -e "$MOODPIPE_INDEX/current" ] || [ ! -e "$home/demo/index/current" ] ||
	    MOODPIPE_INDEX=$home/demo/index
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

# Runs pipelines/$1.sh with the command and its settings, NAME=VALUE.
pipeline() {
	script=$1 command=$2
	shift 2
	for setting; do
		case $setting in
		[A-Z]*=*) export "${setting?}" ;;
		*) fail "$setting: $command takes settings alone, NAME=VALUE;" \
			"man moodpipe" ;;
		esac
	done
	export CORPUS="${CORPUS:-$MOODPIPE_CORPUS}"
	case $name in
	corpus | index | refresh | nightly | demo) mkdir -p "$(dirname "$CORPUS")" ;;
	esac
	"$PIPELINES/$script.sh" "$command"
}

[ $# -gt 0 ] || { printf %s "$usage" >&2; exit 2; }
name=$1
shift
case $name in
-h | --help) printf %s "$usage" ;;
-V | --version) echo "moodpipe $("$BIN/query" --version | sed 's/.* //')" ;;
--list)
	printf '%s\n' ask corpus demo index nightly refit refresh repair \
	    status verify
	tools
	;;
ask)
	for word; do
		case $word in
		-h | --help) printf %s "$usage"; exit 0 ;;
		--) break ;;
		esac
	done
	exec "$PIPELINES/ask.sh" "$@"
	;;
corpus | refresh | index | refit) pipeline corpus "$name" "$@" ;;
nightly | status) pipeline "$name" "$name" "$@" ;;
verify | repair) pipeline verify "$name" "$@" ;;
demo)
	export CORPUS="$home/demo" BUILD="$home" DEMO_AUDIO="$home/demo-audio"
	pipeline demo corpus "$@"
	for words in "i miss my ex" "pump me up" "calm piano for the evening"
	do
		printf '== %s\n' "$words"
		MOODPIPE_INDEX=$CORPUS/index "$PIPELINES/ask.sh" -k 5 "$words"
	done
	printf '\nAsk it yourself: moodpipe ask "rainy sunday"\n'
	;;
-* | */* | worker* | faultd) fail "$name: no such command (moodpipe --help)" ;;
*)
	[ -x "$BIN/$name" ] ||
	    fail "$name: no such tool or command (moodpipe --help)"
	exec "$BIN/$name" "$@"
	;;
esac
