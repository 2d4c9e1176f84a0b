# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of bash and zsh: of each tool the options that it tells and takes,
# and no others.
. tests/tap.sh
unset MOODPIPE_INDEX MOODPIPE_CORPUS
export HOME=$TMP
mkdir "$TMP/bin"
printf '#!/bin/sh\nexec "%s/pipelines/moodpipe.sh" "$@"\n' "$PWD" >"$TMP/bin/moodpipe"
chmod +x "$TMP/bin/moodpipe"
PATH=$TMP/bin:$PATH
export files=$PWD/pipelines/completions

in_bash() { # NAME: what is offered behind its --
	bash -c 'complete() { :; }; compopt() { :; }
		. "$files/moodpipe.bash"
		COMP_WORDS=(moodpipe "$1" --) COMP_CWORD=2
		_moodpipe
		printf "%s\n" "${COMPREPLY[@]}"' - "$1" | sort -u
}
in_zsh() {
	zsh -fc 'compadd() { shift; (( $# )) && print -l -- "$@" }
		offer() { . $files/_moodpipe }
		words=(moodpipe $1 --) CURRENT=3 PREFIX=--
		offer' - "$1" | sort -u
}
# Those a line of its --help begins with.
told() { "$BIN/$1" --help | sed -nE 's/^ *(-[A-Za-z], )?(--[a-z0-9-]+).*/\2/p' | sort -u; }
# Those it does not know; --help is behind them, so that nothing is done.
unknown() { # TOOL
	local option word
	while IFS= read -r option; do
		for word in "" text audio meta; do
			"$BIN/$1" $word "$option=x" --help </dev/null 2>&1 |
			    grep -q "unknown option" || continue 2
		done
		echo "$option"
	done
}
cd "$TMP" || exit 1
shells=in_bash
if command -v zsh >/dev/null; then
	shells+=" in_zsh"
else
	skip "completion of zsh" "no zsh"
fi
for shell in $shells; do
	for tool in $(moodpipe --list); do
		[ -x "$BIN/$tool" ] || continue
		$shell "$tool" >offered
		is "$(unknown "$tool" <offered)" "" "$shell: $tool takes what is offered"
		is "$(told "$tool" | comm -23 - offered)" "" \
		    "$shell: $tool is offered what it tells"
	done
	is "$($shell ask)" "$({ $shell query; $shell rerank; } | sort -u)" \
	    "$shell: ask takes those of query and rerank"
	is "$($shell plan | paste -sd' ')" "--help --json" "$shell: plan"
	is "$($shell corpus)$($shell config)$($shell status)" "" \
	    "$shell: where there are settings, none"
done
done_testing
