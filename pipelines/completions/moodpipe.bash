# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of moodpipe for bash: names of commands, tools and settings, of the
# words and options that a tool's --help tells, and what a setting can be.
_moodpipe_options() { # TOOL: those that its --help tells, not those of other tools
	local others
	others=$(moodpipe --list | grep -vx -- "$1" | paste -sd '|')
	moodpipe "$1" --help | sed -E "s/(^|[^a-z-])($others) --[a-z-]+//g" |
	    grep -o -- '--[a-z][a-z0-9-]*' | sort -u
}
_moodpipe_words() { # TOOL: what its usage lines name behind it
	moodpipe "$1" --help 2>/dev/null |
	    sed -nE "/^\$/q; s/^(usage:|) *$1 ([a-z][a-z-]*)( .*)?\$/\2/p" | sort -u
}
_moodpipe() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local name=${COMP_WORDS[1]-} names kind range value=
	COMPREPLY=()
	# bash takes = for a word of its own
	if [ "$word" = = ]; then
		word='' value=1
	elif [ "$before" = = ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]} value=1
	elif [[ $word == *=* ]]; then
		before=${word%%=*} word=${word#*=} value=1
	fi
	if [ "$COMP_CWORD" = 1 ]; then
		names=$(moodpipe --list 2>/dev/null; echo --help --version)
	elif [[ $word == -* && -z $value ]]; then
		case $name in
		ask) names=$(_moodpipe_options query; _moodpipe_options rerank) ;;
		plan) names="--json --help" ;;
		config | corpus | demo | index | nightly | refit | refresh | \
		    repair | status | verify) ;;
		*) names=$(_moodpipe_options "$name") ;;
		esac 2>/dev/null
	elif [[ "$name $before" == @(ask|rerank)" --format" ]]; then
		names=$(moodpipe rerank --help 2>/dev/null |
		    sed -n 's/^ *\(json, .*\)/\1/p' | tr -d ,)
	elif [[ "$name $before" == @(ask|query)" --"@(more|less) ]]; then
		names=$(readlink -f "$(command -v moodpipe)")
		names=${names%/*/*}/share/moodpipe/data/aspects.tsv
		names=$(sed -n '/^aspect/s/,[^\t]*//gp' "$names" 2>/dev/null |
		    cut -f5-)
	elif [[ ! $name =~ ^(config|corpus|demo|index|nightly|plan|refit|refresh|repair|status|verify)$ ]]
	then
		[ "$COMP_CWORD" != 2 ] || mapfile -t COMPREPLY < <(compgen -W \
		    "$(_moodpipe_words "$name")" -- "$word")
		[ ${#COMPREPLY[@]} = 0 ] || return
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		compopt -o filenames
		return
	elif [ -z "$value" ]; then
		case $name in
		repair | status | verify) names=CORPUS= ;;
		*) names="CORPUS= $(moodpipe config names 2>/dev/null |
		    sed 's/\t.*/=/')" ;;
		esac
		case $name$COMP_CWORD in
		config2) names+=" check example" ;;
		plan2) names+=" corpus refresh index refit --json" ;;
		esac
	else
		[[ $before =~ ^[A-Z_]+$ ]] || return
		read -r kind range < <(moodpipe config names 2>/dev/null |
		    sed -n "s/^$before\t//p")
		case $before:${kind-}:${range-} in
		CORPUS:* | *:path:folder) kind=-d ;;
		*:path:*) kind=-f ;;
		*:program:*) kind=-c ;;
		*:flag:*) kind=-W range="yes no" ;;
		*:choice:*) kind=-W range=${range//,/ } ;;
		*) return ;;
		esac
		if [ "$kind" != -W ]; then
			mapfile -t COMPREPLY < <(compgen "$kind" -- "$word")
			compopt -o filenames
			return
		fi
		names=$range
	fi
	mapfile -t COMPREPLY < <(compgen -W "$names" -- "$word")
	[[ ${COMPREPLY-} != *= ]] || compopt -o nospace
}
complete -F _moodpipe moodpipe
