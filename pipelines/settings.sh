# SPDX-License-Identifier: GPL-3.0-or-later
# The settings of a corpus, for scripts to source: moodpipe.conf(5). Their table is
# data/config.tsv. Rising precedence: default, what the corpus remembers,
# $CORPUS/moodpipe.conf, environment, options (which moodpipe.sh puts into the
# environment, their names into MOODPIPE_GIVEN). Nothing of these is executed.
#
#	settings_read PROGRAM	sets a variable of each name; 2: some are wrong
#	settings_read_one PROGRAM NAME	the same, for who uses this one alone: the
#			values of others are not told, whatever they are
#	settings_exist NAME...	are the paths and programs there? 3: no
#	settings_build PROGRAM	settings_read, and what a build needs is there; 2, 3
#	settings_remember	what the next build shall remember, to standard output
#	settings_remembered	what this one was told to, likewise
#	settings_words NAME ARRAY	the words of options
#
# What is wrong is said on standard error, all of it.
# shellcheck shell=bash disable=SC2034,SC2153
: "${DATA:=${MOODPIPE_DATA:-${BASH_SOURCE[0]%/*}/../data}}"

settings=()	# names, in the table's order
declare -A settings_kind settings_range settings_default settings_life \
    settings_help settings_in_file settings_from settings_wrong
settings_by=moodpipe settings_bad=0 settings_one=

settings_table() {
	local name kind range default life help
	if [ ! -r "$DATA/config.tsv" ]; then
		settings_say "no $DATA/config.tsv (MOODPIPE_DATA=)"
		return 3
	fi
	while IFS=$'\t' read -r name kind range default life help; do
		[[ $name != "#"* ]] || continue
		settings+=("$name")
		settings_kind[$name]=$kind
		settings_range[$name]=${range#-}
		settings_default[$name]=${default#-}
		settings_life[$name]=$life
		settings_help[$name]=$help
	done <"$DATA/config.tsv"
}

settings_say() { # MESSAGE: without what a terminal would obey
	local LC_ALL=C said=${*//[[:cntrl:]]/?}
	said=${said//$'\xc2'[$'\x80'-$'\x9f']/?}
	printf '%s: %s\n' "$settings_by" "$said" >&2
	settings_bad=2
}

# The name that is nearest to NAME in insertions, deletions, replacements and
# exchanges of neighbours; where all are far, one that holds it.
settings_nearest() { # NAME
	[ ${#1} -le 64 ] || return 0
	printf '%s\n' "$1" "${settings[@]}" | LC_ALL=C awk '
	function least(a, b) { return a < b ? a : b }
	NR == 1 {
		part = toupper($0)
		n = split(part, a, "")
		best = 1 + int(n / 3)
		next
	}
	{
		if (n > 3 && !whole && index($0, part)) whole = $0
		m = split($0, b, "")
		for (i = 0; i <= n; i++) d[i, 0] = i
		for (j = 0; j <= m; j++) d[0, j] = j
		for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) {
			d[i, j] = least(d[i - 1, j - 1] + (a[i] != b[j]),
			    1 + least(d[i - 1, j], d[i, j - 1]))
			if (i > 1 && j > 1 && a[i] == b[j - 1] && a[i - 1] == b[j])
				d[i, j] = least(d[i, j], 1 + d[i - 2, j - 2])
		}
		if (d[n, m] < best) { best = d[n, m]; name = $0 }
	}
	END { if (name || whole) print name ? name : whole }'
}

settings_known() { # WHERE NAME
	local near
	[[ ! $2 =~ ^[A-Z][A-Z_]*$ || -z ${settings_kind[$2]-} ]] || return 0
	near=$(settings_nearest "$2")
	settings_say "$1$2: no such setting${near:+; did you mean $near?}"
	return 1
}

settings_refuse() { # WHERE NAME WHAT: its value is not to be looked at further
	settings_wrong[$2]=yes
	[[ -n $settings_one && $settings_one != "$2" ]] || settings_say "$1$2$3"
}

# Reads moodpipe.conf (of a plan, whose corpus is a copy, that of what is planned)
# into settings_in_file, and values into its caller's value_of.
settings_file() {
	local home=${PLANNED:-$CORPUS} conf text line name value n=0 at LC_ALL=C
	local pair='^[[:blank:]]*([^=[:blank:]]+)[[:blank:]]*=[[:blank:]]*(.*)$'
	local end='[[:blank:]]*(#.*)?$'
	conf=$home/moodpipe.conf
	[ -e "$conf" ] || [ -L "$conf" ] || return 0
	if [ ! -f "$conf" ] || [ ! -r "$conf" ]; then
		settings_say "$conf: not a file that can be read"
		return 0
	fi
	if IFS= read -r -d '' -n 100000 text <"$conf"; then
		settings_say "$conf: longer than 100,000 bytes, or with a byte of 0"
		return 0
	fi
	while IFS= read -r line; do
		n=$((n + 1)) line=${line%$'\r'} at="$conf:$n: "
		[[ ! $line =~ ^$end ]] || continue
		if [ ${#line} -gt 4096 ] || [[ ! $line =~ $pair ]]; then
			settings_say "$at${line:0:40}: expected NAME=VALUE"
			continue
		fi
		name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
		if [ "$name" = CORPUS ]; then
			settings_say "${at}CORPUS: that is the folder of this file;" \
			    "take the line out"
			continue
		fi
		settings_known "$at" "$name" || continue
		if [[ $value =~ ^\"([^\"]*)\"$end || $value =~ ^\'([^\']*)\'$end ]]
		then
			value=${BASH_REMATCH[1]}
		elif [[ $value == [\"\']* ]]; then
			settings_refuse "$at" "$name" ": a value that begins with \
a quote ends with it"
		else
			[[ $value != "#"* ]] || value=
			value=${value%%[[:blank:]]"#"*}
			value=${value%"${value##*[![:blank:]]}"}
		fi
		if [ -n "${settings_in_file[$name]-}" ]; then
			settings_refuse "$at" "$name" ": line \
${settings_in_file[$name]} sets it, too; take one out"
		elif [ "${settings_life[$name]}" = once ]; then
			settings_refuse "$at" "$name" ": for one build only; say \
it as an option of that one"
		fi
		[[ ${settings_kind[$name]} != path || $value =~ ^([/~$]|$) ]] ||
		    value=$home/$value
		settings_in_file[$name]=$n
		settings_from[$name]=$conf:$n
		settings_value "$at" "$name" "$value"
		value_of[$name]=$REPLY
	done <<<"${text#$'\xef\xbb\xbf'}"
}

# A corpus of an older release has it in the files that stages depend on.
settings_remembered() {
	local line files=("$CORPUS/state/remembered") LC_ALL=C
	[ -e "${files[0]}" ] ||
	    files=("$CORPUS"/state/{settings,network,cnn,encoder,text})
	while IFS= read -r line; do
		[[ ! $line =~ ^([A-Z_]+)=.+$ ||
		    ${settings_life[${BASH_REMATCH[1]}]-} != kept ]] ||
		    printf '%s\n' "$line"
	done < <(cat -- "${files[@]}" 2>/dev/null)
}

# What the corpus was told before, into its caller's value_of.
settings_memory() {
	local line LC_ALL=C
	while IFS= read -r line; do
		value_of[${line%%=*}]=${line#*=}
		settings_from[${line%%=*}]=remembered
	done < <(settings_remembered)
}

# Looks at a value, unless it is refused already; REPLY: as scripts take it.
settings_value() { # WHERE NAME VALUE
	local said=$3
	if [ -z "$said" ] || [ -n "${settings_wrong[$2]-}" ]; then
		REPLY=$said
	elif ! settings_fits "$2" "$said"; then
		settings_expected "$2"
		settings_refuse "$1" "$2" "=$said: expected $REPLY"
		REPLY=$said
	fi
}

settings_expected() { # NAME: of its value, in REPLY
	local range=${settings_range[$1]}
	case ${settings_kind[$1]} in
	number)
		REPLY="a whole number from ${range%-*}"
		[ -z "${range#*-}" ] || REPLY+=" to ${range#*-}"
		;;
	size) REPLY="a size in bytes, as 512M" ;;
	date) REPLY="a date, as 2024-06-30" ;;
	flag) REPLY="yes or no" ;;
	choice) REPLY=${range//,/, } REPLY=${REPLY%, *}" or "${REPLY##*, } ;;
	program) REPLY="a program and its options" ;;
	path) REPLY="a $range; its path without variables, ~/ is your home" ;;
	options) REPLY="words, and quotes that close" ;;
	*) REPLY="text without control characters" ;;
	esac
}

# Whether it is one; then REPLY: as scripts take it.
settings_fits() { # NAME VALUE
	local range=${settings_range[$1]} size='^[0-9]{1,12}(\.[0-9]+)?[KMGT]?B?$'
	local LC_ALL=C
	REPLY=$2
	[[ $2 != *[[:cntrl:]]* ]] || return 1
	[[ $2 != @(processors|today) || $2 != "${settings_default[$1]}" ]] ||
	    return 0
	case ${settings_kind[$1]} in
	number)
		[[ $2 =~ ^[0-9]{1,9}$ ]] && [ "$2" -ge "${range%-*}" ] &&
		    { [[ $range == *- ]] || [ "$2" -le "${range#*-}" ]; } ||
		    return
		REPLY=$((10#$2))
		;;
	size) [[ ${2^^} =~ $size ]] ;;
	date)
		[[ $2 =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]] &&
		    date -d "$2" >/dev/null 2>&1
		;;
	flag)
		case ${2,,} in
		1 | yes | on | true) REPLY=1 ;;
		0 | no | off | false) REPLY= ;;
		*) return 1 ;;
		esac
		;;
	choice) [[ $2 != *,* && ,$range, == *",$2,"* ]] ;;
	options)
		[[ $2 != *[\'\"\\]* ]] ||
		    xargs -r printf '%s\0' <<<"$2" >/dev/null 2>&1
		;;
	path)
		# shellcheck disable=SC2088 # what a shell left as it was
		[[ $2 != "~/"* ]] || REPLY=${HOME-}/${2#*/}
		[[ $2 != -* ]] || REPLY=./$2
		[[ $2 != '$'* ]]
		;;
	esac
}

settings_at() { # NAME: where it was said, in REPLY, to begin a message with
	REPLY=
	case ${settings_from[$1]} in
	*/* | remembered | environment) REPLY="${settings_from[$1]}: " ;;
	esac
}

settings_corpus() { # is its path one that a corpus can be built in?
	local home=${PLANNED:-$CORPUS}
	if [[ $home == "~"* ]]; then
		settings_say "CORPUS=$home: this shell does not expand ~;" \
		    "write \$HOME"
	elif [[ $home == -* ]]; then
		settings_say "CORPUS=$home: begin it with ./"
	# make cannot hold them in a target's name; other paths may be any
	elif [[ ! $home =~ ^[A-Za-z0-9_./+@,~-]+$ ]]; then
		settings_say "CORPUS=$home: use letters, digits and" \
		    "_ . / + @ , ~ - in its path"
	fi
}

settings_read_one() { # PROGRAM NAME
	local settings_one=$2 status=0
	settings_read "$1" || status=$?
	[[ $status != 2 || -n ${settings_wrong[$2]-} ]] || status=0
	return "$status"
}

settings_read() { # PROGRAM
	local name said
	local -A value_of=()
	settings_by=$1 settings_bad=0
	settings_from=() settings_in_file=() settings_wrong=()
	[ ${#settings[@]} -gt 0 ] || settings_table || return 3
	[ -n "$settings_one" ] || settings_corpus
	for name in ${MOODPIPE_GIVEN-}; do
		[ "$name" = CORPUS ] || settings_known "" "$name" || true
	done
	settings_memory
	settings_file
	for name in "${settings[@]}"; do
		if [[ -n ${!name+set} && ${!name@a} == *x* ]]; then
			value_of[$name]=${!name}
			settings_from[$name]=environment
			[[ " ${MOODPIPE_GIVEN-} " != *" $name "* ]] ||
			    settings_from[$name]=option
		fi
		said=${value_of[$name]-}
		if [ -z "$said" ]; then
			[[ ${settings_from[$name]-} == */* ]] ||
			    settings_from[$name]=default
			said=${settings_default[$name]}
		fi
		case ${settings_default[$name]}=$said in
		processors=processors)	# nights leave one to those who ask
			said=$(nproc --ignore="${MOODPIPE_AWAY:-0}")
			;;
		today=today) said=$(date -u +%F) ;;
		esac
		settings_at "$name"
		settings_value "$REPLY" "$name" "$said"
		printf -v "$name" %s "$REPLY"
	done
	[ -n "${settings_wrong[ENCODER]-}" ] || settings_encoder
	return "$settings_bad"
}

# What the encoder's files are called: text-NAME.feat, index-NAME.
settings_encoder() {
	ENCODER_NAME=
	if [ -n "$ENCODER" ]; then
		ENCODER_NAME=$(realpath -m -- "$ENCODER")
		ENCODER_NAME=${ENCODER_NAME##*/}
		ENCODER_NAME=${ENCODER_NAME//[^A-Za-z0-9._-]/-}
	fi
	if [ "$ENCODER_NAME" = words ]; then
		settings_at ENCODER
		settings_refuse "$REPLY" ENCODER "=$ENCODER: expected another name than \
\"words\" for the folder"
	elif [ "$TEXT" != words ] && [ "$TEXT" != "$ENCODER_NAME" ]; then
		settings_at TEXT
		settings_refuse "$REPLY" TEXT "=$TEXT: expected \
words${ENCODER_NAME:+ or $ENCODER_NAME} (ENCODER=DIR gives an encoder's name)"
	fi
}

settings_exist() { # NAME...
	local name noun what there said bad=0
	for name; do
		noun=${settings_range[$name]} what=${!name} there=
		[[ -n $what && -z ${settings_wrong[$name]-} ]] || continue
		said="$noun, or $name= to do without"
		case ${settings_kind[$name]}:$noun in
		program:*)	# looked for, not run
			read -r what _ <<<"$what"
			noun="executable program"
			said="program, or $name= to do without"
			there=$(type -P -- "$what") || there=
			[[ -f $there && -x $there ]] || there=
			;;
		*:folder) [ ! -d "$what" ] || there=$what ;;
		*)
			[ ! -e "$what" ] || there=$what
			said="file or folder, unless a disk is not mounted"
			;;
		esac
		if [ -z "$there" ]; then
			settings_say "no such $noun: $what" \
			    "(${settings_from[$name]}); set $name=$said"
			bad=3
		elif [[ $(realpath -- "$there") == *[[:cntrl:]]* ]]; then
			settings_refuse "" "$name" \
			    "=$what: expected a path without line breaks"
			bad=2
		fi
	done
	return "$bad"
}

settings_build() { # PROGRAM: all that is wrong is told at once
	local status=0 there=0
	settings_read "$1" || status=$?
	[ "$status" != 3 ] || return 3
	if [[ -z $CRAWL && -z ${settings_wrong[CRAWL]-} ]]; then
		settings_say "set CRAWL=file or folder, here or in" \
		    "${PLANNED:-$CORPUS}/moodpipe.conf"
		status=2
	fi
	settings_exist CRAWL SOURCES CNN ENCODER || there=$?
	return "$((status ? status : there))"
}

# What the file sets is not remembered: without its line the default holds again.
settings_remember() {
	local name value
	for name in "${settings[@]}"; do
		value=${!name}
		[[ ${settings_life[$name]} == kept && -n $value &&
		    ${settings_from[$name]} != default &&
		    -z ${settings_in_file[$name]-} ]] || continue
		[ "${settings_kind[$name]}" != path ] ||
		    value=$(realpath -- "$value")
		echo "$name=$value"
	done
}

settings_words() { # NAME ARRAY
	declare -n settings_to=$2
	settings_to=()
	[ -z "${!1-}" ] ||
	    mapfile -d '' -t settings_to < <(xargs -r printf '%s\0' <<<"${!1}")
}
