#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# query | rerank, for people: a table with reasons. Each option goes to the one
# that knows it; --index and -k to both. Run by moodpipe.sh as `moodpipe ask`.
set -euo pipefail

need() { # COUNT OPTION
	[ "$1" -gt 1 ] && return
	echo "ask: $2: it needs a value" >&2
	exit 2
}
query=() rerank=() words=() shown=(--format table --why)
while [ $# -gt 0 ]; do
	case $1 in
	--index | -k | --top-k)
		need $# "$1"
		query+=("${@:1:2}") rerank+=("${@:1:2}")
		shift
		;;
	--index=* | --top-k=* | -k* | -q | --quiet)
		query+=("$1") rerank+=("$1")
		;;
	--format)
		need $# "$1"
		shown=("${@:1:2}")
		shift
		;;
	--format=*) shown=("$1") ;;
	--why | --keep-versions | --seen-add) rerank+=("$1") ;;
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
	--sets | --literal | --keep-dead | --exact | --ids | -j?*)
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
if [ ${#words[@]} = 0 ] && [[ " ${query[*]-} " != *" --mood"* ]]; then
	echo "ask: say what to look for, as in: moodpipe ask \"i miss my ex\"" >&2
	exit 2
fi
"$BIN/query" "${query[@]}" -- "${words[@]}" |
    "$BIN/rerank" "${shown[@]}" "${rerank[@]}"
