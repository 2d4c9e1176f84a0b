#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# query | rerank, for people: a table with reasons. Each option goes to the one
# that knows it; --index and -k to both. Run by moodpipe.sh as `moodpipe ask`.
set -euo pipefail

query=() rerank=() words=() shown=(--format table --why)
while [ $# -gt 0 ]; do
	case $1 in
	--index | -k | --top-k)
		query+=("${@:1:2}") rerank+=("${@:1:2}")
		[ $# -gt 1 ] || break
		shift
		;;
	--index=* | --top-k=* | -k* | -q | --quiet)
		query+=("$1") rerank+=("$1")
		;;
	--format)
		shown=("${@:1:2}")
		[ $# -gt 1 ] || break
		shift
		;;
	--format=*) shown=("$1") ;;
	--why | --keep-versions | --seen-add) rerank+=("$1") ;;
	--fusion | --lambda | --per-artist | --spacing | --album-spacing | \
	    --genre-share | --max-popularity | --seed | --seen | --tag | \
	    --cross-encoder | --top | --budget-ms | -o | --output)
		rerank+=("${@:1:2}")
		[ $# -gt 1 ] || break
		shift
		;;
	--fusion=* | --lambda=* | --per-artist=* | --spacing=* | \
	    --album-spacing=* | --genre-share=* | --max-popularity=* | \
	    --seed=* | --seen=* | --tag=* | --cross-encoder=* | --top=* | \
	    --budget-ms=* | -o* | --output=*)
		rerank+=("$1")
		;;
	--sets | --literal | --keep-dead | --exact) query+=("$1") ;;
	--*=*) query+=("$1") ;;
	--)
		words+=("${@:2}")
		break
		;;
	--?*)
		query+=("${@:1:2}")
		[ $# -gt 1 ] || break
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
