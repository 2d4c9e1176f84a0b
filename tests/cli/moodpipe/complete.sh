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

in_bash() { # WORD...: what is offered for the last one
	bash -c 'complete() { :; }; compopt() { :; }
		. "$files/moodpipe.bash"
		for word in moodpipe "$@"; do	# = is a word of its own
			while [[ $word == *=* ]]; do
				[ -z "${word%%=*}" ] || COMP_WORDS+=("${word%%=*}")
				COMP_WORDS+=(=) word=${word#*=}
			done
			[[ -z $word && ${COMP_WORDS[-1]} == = ]] ||
			    COMP_WORDS+=("$word")
		done
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_moodpipe
		printf "%s\n" "${COMPREPLY[@]}"' - "$@" | sort
}
in_zsh() {
	zsh -fc 'compadd() {
			[[ $1 == -- ]] && shift
			print -l -- "${(M)@:#$PREFIX*}"
		}
		compset() { PREFIX=${PREFIX#*=} }
		_files() { print -l *(N) }
		offer() { . $files/_moodpipe }
		words=(moodpipe "$@") CURRENT=$#words PREFIX=$words[-1]
		offer' - "$@" | sort
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
		$shell "$tool" -- >offered
		is "$(unknown "$tool" <offered)" "" "$shell: $tool takes what is offered"
		is "$(told "$tool" | comm -23 - offered)" "" \
		    "$shell: $tool is offered what it tells"
	done
	is "$($shell ask -- | sort -u)" \
	    "$({ $shell query --; $shell rerank --; } | sort -u)" \
	    "$shell: ask takes those of query and rerank"
	is "$($shell plan -- | paste -sd' ')" "--help --json" "$shell: plan"
	is "$($shell corpus --)$($shell config --)$($shell status --)" "" \
	    "$shell: where there are settings, none"
	is "$($shell '')" "$({ moodpipe --list; printf '%s\n' --help --version; } |
	    sort -u)" "$shell: commands and tools, each once"
	is "$($shell ask --format=)" "$($shell ask --format '')" \
	    "$shell: values behind = as behind a blank"
	is "$($shell rerank --format=xs | paste -sd' ')" xspf "$shell: begun ones"
	is "$($shell config PRECISION= | paste -sd' ')" "bf16 f32 int8" \
	    "$shell: and of a setting"
	is "$($shell config PRECISION=b)" bf16 "$shell: a begun one"
	for line in "embed audio bridge text" "evaluate filter text" \
	    "feat columns from-npy info json npy verify" "impute audio meta" \
	    "train encoder formula mood text"; do
		is "$($shell "${line%% *}" '' | paste -sd' ')" "${line#* }" \
		    "$shell: what ${line%% *} does"
	done
	is "$($shell query '')" "$(ls)" "$shell: files, where there is no such word"
done
done_testing
