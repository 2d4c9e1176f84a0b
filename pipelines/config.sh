#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# config.sh show|check|example|names|value: the settings of a corpus, for people
# and for programs; man moodpipe.conf. Exit status: 0; 2 a setting is wrong; 3 a
# path or program of one is not there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
what=${1:?show, check, example, names or value}
: "${CORPUS:?set CORPUS=directory}"
# shellcheck source=pipelines/settings.sh
. "$here/settings.sh"

# A value as it can stand in the file.
quoted() { # VALUE
	case $1 in
	*[[:blank:]]"#"* | [\"\'[:blank:]]* | *[[:blank:]] | "#"* | "") ;;
	*) printf %s "$1"; return ;;
	esac
	if [[ $1 == *\"* ]]; then
		printf "'%s'" "$1"
	else
		printf '"%s"' "$1"
	fi
}
shown() { # NAME
	local value=${!1}
	if [ "${settings_kind[$1]}" = flag ]; then
		value=${value:+yes}
		value=${value:-no}
	fi
	printf '%s=%s' "$1" "$(quoted "$value")"
}
case $what in
names)	# for completion
	settings_table
	for name in "${settings[@]}"; do
		printf '%s\t%s\t%s\n' "$name" "${settings_kind[$name]}" \
		    "${settings_range[$name]}"
	done
	;;
value)	# of one, though those of others may be wrong
	name=${2:?a name}
	settings_read_one moodpipe "$name" || exit
	if [ "${settings_kind[$name]}" != options ]; then
		printf '%s\n' "${!name}"
	elif [ -n "${!name}" ]; then	# a word a line
		words=()
		settings_words "$name" words
		printf '%s\n' "${words[@]}"
	fi
	;;
show)
	status=0
	settings_read config || status=$?
	for name in "${settings[@]}"; do
		[ -z "${settings_wrong[$name]-}" ] || continue
		from=${settings_from[$name]#"$CORPUS/"}
		line=${settings_in_file[$name]-}
		[[ -z $line || $from == */* || $from == *:* ]] ||
		    from+=", over moodpipe.conf:$line"
		printf '%-39s # %s\n' "$(shown "$name")" "$from"
	done
	exit "$status"
	;;
check)
	status=0
	settings_read config || status=$?
	there=()
	for name in "${settings[@]}"; do
		[[ ${settings_kind[$name]} != @(path|program) ]] || there+=("$name")
	done
	settings_exist "${there[@]}" || [ "$status" != 0 ] || status=3
	[ "$status" = 0 ] || exit "$status"
	if [ -e "$CORPUS/moodpipe.conf" ]; then
		n=${#settings_in_file[@]}
		echo "$CORPUS/moodpipe.conf: $n setting$([ "$n" = 1 ] || echo s)," \
		    "all well"
	else
		echo "$CORPUS has no moodpipe.conf; settings are well without it"
	fi
	;;
example)
	settings_read config || exit
	echo "# Settings of a corpus: NAME=VALUE lines; what they mean: man" \
	    "moodpipe.conf"
	echo "# What is behind a # holds anyway; take the # away to change it."
	for name in "${settings[@]}"; do
		[ "${settings_life[$name]}" != once ] || continue
		printf '\n# %s' "${settings_help[$name]}"
		case ${settings_kind[$name]} in
		number | size | date | flag | choice)
			settings_expected "$name"
			printf ': %s' "$REPLY"
			;;
		esac
		echo
		if [ "${settings_from[$name]}" = default ]; then
			echo "#$name=${settings_default[$name]}"
		else
			shown "$name"
			echo
		fi
	done
	;;
*)
	echo "config: show, check or example, not $what" >&2
	exit 2
	;;
esac
