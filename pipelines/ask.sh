#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# query | rerank, for people: a table with reasons. Each option goes to the one
# that knows it, --index to both; -k goes to query, whose request tells it on.
# Requests of standard input are answered likewise, a marked list by a marked
# list. Run by moodpipe.sh as `moodpipe ask`.
set -euo pipefail

need() { # COUNT OPTION
	[ "$1" -gt 1 ] && return
	echo "ask: $2: it needs a value" >&2
	exit 2
}
usage='usage: moodpipe ask [OPTION ...] WORDS ...
       moodpipe ask [OPTION ...] < REQUESTS or a marked list
Finds music for a mood or other words, and prints it with reasons.
  -k N                   so many tracks (20), where a JSON request does not say
  --like TRACK ...       like it: an id, a URL, "Artist - Title", a sound file
  --more WORD ...  --less WORD ...   energetic, happy, dark, fast, vocals
  --from TRACK --to TRACK  a way from one to the other; moods in words, too
  --arc "sad -> hopeful -> energetic"  a way past these moods
  --minutes N            so long
  --genre G ...  --artist A ...  --language L ...  --min-year Y  --max-year Y
  --format FORMAT        table, or m3u, xspf, jspf (playlists), marks (a list to
                         put + and - into and ask with again), json, ndjson
  -o FILE                write it there
  --index DIR            of another corpus
  -h, --help             this
All options: moodpipe query --help, moodpipe rerank --help.
'
have_index() {
	[ -z "$named" ] && [ -n "${MOODPIPE_INDEX:-}" ] || return 0
	[ ! -f "$MOODPIPE_INDEX" ] && [ ! -L "$MOODPIPE_INDEX/current" ] || return 0
	echo "ask: no index at $MOODPIPE_INDEX: moodpipe corpus CRAWL=FILE|FOLDER" \
	    "builds a corpus, moodpipe demo a small one" >&2
	exit 3
}
nothing() { # unless an option that nobody knows took the word
	[ ${#query[@]} = 0 ] ||
	    "$BIN/query" -q "${query[@]}" - </dev/null >/dev/null || exit
	echo "ask: say what to look for, as in: moodpipe ask \"i miss my ex\"" >&2
	exit 2
}
told_there() { # what is refused, in what is printed for people
	case ${shown[*]} in
	*table* | *marks*) query=(-q "${query[@]}") ;;
	esac
}
query=() rerank=() words=() shown=() asked='' named=''
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help)
		printf %s "$usage"
		exit
		;;
	--index)
		need $# "$1"
		named=1 query+=("${@:1:2}") rerank+=("${@:1:2}")
		shift
		;;
	--index=*) named=1 query+=("$1") rerank+=("$1") ;;
	-q | --quiet) query+=("$1") rerank+=("$1") ;;
	-k | --top-k)
		need $# "$1"
		query+=("${@:1:2}")
		shift
		;;
	--format)
		need $# "$1"
		shown=("${@:1:2}")
		shift
		;;
	--format=*) shown=("$1") ;;
	--why | --keep-versions | --seen-add | --absolute-paths) rerank+=("$1") ;;
	--fusion | --lambda | --per-artist | --spacing | --album-spacing | \
	    --genre-share | --max-popularity | --seed | --seen | --tag | \
	    --cross-encoder | --top | --budget-ms | --precision | -o | --output)
		need $# "$1"
		rerank+=("${@:1:2}")
		shift
		;;
	--fusion=* | --lambda=* | --per-artist=* | --spacing=* | \
	    --album-spacing=* | --genre-share=* | --max-popularity=* | \
	    --seed=* | --seen=* | --tag=* | --cross-encoder=* | --top=* | \
	    --budget-ms=* | --precision=* | -o* | --output=*)
		rerank+=("$1")
		;;
	--mood | --like | --unlike | --keep | --more | --less | --from | --to | \
	    --arc)
		need $# "$1"
		query+=("${@:1:2}") asked=1
		shift
		;;
	--mood=* | --like=* | --unlike=* | --keep=* | --more=* | --less=* | \
	    --from=* | --to=* | --arc=*)
		query+=("$1") asked=1
		;;
	--sets | --literal | --keep-dead | --exact | --ids | -j?* | -k?*)
		query+=("$1")
		;;
	--*=*) query+=("$1") ;;
	--)
		words+=("${@:2}")
		break
		;;
	-j | --?*)
		need $# "$1"
		query+=("${@:1:2}")
		shift
		;;
	*) words+=("$1") ;;
	esac
	shift
done
if [ "${words[*]-}" = - ] || [ ${#words[@]}$asked = 0 ]; then
	if [ ${#words[@]} = 0 ] && [ -t 0 ]; then
		nothing
	fi
	IFS= read -r first || [ -n "$first" ] || nothing
	have_index
	if [ ${#shown[@]} = 0 ]; then
		case ${first//[[:space:]]/} in
		"{"*) shown=(--format table --why) ;;
		*) shown=(--format marks) ;;
		esac
	fi
	told_there
	{
		printf '%s\n' "$first"
		cat
	} | "$BIN/query" "${query[@]}" - |
	    "$BIN/rerank" -q "${shown[@]}" "${rerank[@]}"
	exit
fi
if [ ${#shown[@]} = 0 ]; then
	shown=(--format table --why)
fi
have_index
told_there
# One question: where it is refused, that is the status.
status=0
"$BIN/query" --max-errors 0 "${query[@]}" -- "${words[@]}" |
    "$BIN/rerank" -q "${shown[@]}" "${rerank[@]}" || status=$?
if [ "$status" = 4 ] && [ -z "$named" ]; then
	echo "ask: moodpipe verify tells what is damaged, moodpipe repair mends" \
	    "what can be" >&2
fi
exit "$status"
