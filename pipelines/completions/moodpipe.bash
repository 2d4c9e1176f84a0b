# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of moodpipe for bash: names of commands and tools, and of the
# options that a tool's --help tells.
_moodpipe() {
	local word=${COMP_WORDS[COMP_CWORD]} name=${COMP_WORDS[1]-} names
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		names=$(moodpipe --list 2>/dev/null; echo --help --version)
	elif [[ $word == -* ]]; then
		case $name in
		ask) names=$(for t in query rerank; do
			moodpipe "$t" --help
		done 2>/dev/null) ;;
		*) names=$(moodpipe "$name" --help 2>/dev/null) ;;
		esac
		names=$(grep -o -- '--[a-z][a-z0-9-]*' <<<"$names" | sort -u)
	elif [[ $name =~ ^(corpus|refresh|index|refit|nightly)$ &&
	    $word != *=* && ${COMP_WORDS[COMP_CWORD - 1]} != = ]]; then
		compopt -o nospace
		names='CRAWL= CORPUS= SHARDS= JOBS= MEMORY= AUDIO_QUOTA='
	else
		[[ $word != *=* ]] || word=${word#*=}
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		compopt -o filenames
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$names" -- "$word")
}
complete -F _moodpipe moodpipe
