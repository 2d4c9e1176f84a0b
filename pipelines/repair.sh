# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Read by verify.sh, which found what is damaged and has the lock: takes that away
# and builds it again from what is sound. What cannot be made again stays as it is,
# holds up nothing that can be without it, and is told at the end.
# shellcheck disable=SC2154 # variables of verify.sh
written() { # FILE: the checksum that it had
	sed -n "s|^\([0-9a-f]\{64\}\)  ${1#"$CORPUS"/}\$|\1|p" "$sums" 2>/dev/null
}
sum() { sha256sum 2>/dev/null <"$1" | cut -d' ' -f1; }
# Files of state/ come first: what is built again is built by them.
for line in "${damaged[@]}"; do
	f=${line%%$'\t'*}
	case $f in
	*/links.db | */sums | */sums.before) continue ;;
	"$CORPUS"/state/*) copy=$CORPUS/state/copy/${f##*/} ;;
	*) continue ;;
	esac
	if [ ! -e "$copy" ] || [ "$(sum "$copy")" != "$(written "$f")" ]; then
		echo "repair: $f cannot be built again, and its copy is damaged," \
		    "too: say all settings anew (moodpipe corpus CRAWL=...)" >&2
		exit 4
	fi
	cp -p "$copy" "$f"
done
# What is built again needs what it was built of.
settings_read repair || exit
settings_exist CRAWL SOURCES CNN ENCODER || {
	echo "repair: nothing was taken away" >&2
	exit 3
}

keep_aside() { # FILE: that may know more than can be learnt again
	[ -e "$1" ] || return 0
	mv -f "$1" "$1.damaged"
	echo "repair: kept $1.damaged" >&2
}
ask_again() { # how the network is asked again for what it had said
	refresh=1
	rm -f "$CORPUS"/state/*.seen
}
refresh=
for line in "${damaged[@]}"; do
	f=${line%%$'\t'*}
	case $f in
	*/sums | */sums.before) rm -f "$f" ;;
	*/links.db)
		[ -n "$differs" ] || keep_aside "$f"
		ask_again
		;;
	*/audio.feat | */cnn.feat)
		keep_aside "$f"
		! grep -qs '"audio_status":"evicted"' "${f%/*}/tracks.ndjson" ||
		    echo "repair: some of its sound went from the store:" \
			"FETCH_OPTIONS=--refetch fetches it again" >&2
		;;
	"$CORPUS"/state/* | "$CORPUS"/models/*) ;;
	"$CORPUS"/audio/*)
		rm -f "$f"
		ask_again
		;;
	*/heard.ndjson)	# written beside audio.feat
		rm -f "$f"
		touch "${f%heard.ndjson}tracks.ndjson"
		;;
	*.memo)	# written beside the records, which go when there are others
		rm -f "$f"
		[ ! -e "${f%.memo}.ndjson" ] ||
		    touch -d 2000-01-01 "${f%.memo}.ndjson"
		;;
	*.idx)	# answers until there is another one
		[ "$f" = "$(readlink -f "${f%/*}/current")" ] || rm -f "$f"
		;;
	*) rm -f "$f" ;;
	esac
done
rm -f "$CORPUS"/shards/.ingested "$CORPUS"/index/.built "$CORPUS"/index-*/.built \
    "$CORPUS/report/.made"

# A model is what it was, or none: another one would rank all anew. Those are fitted
# first that others are fitted behind. Of one that is lost, what was made with it
# stays, so that what is behind that can be made.
lost=() stay=()
made_with() { # NAME OF A MODEL: files of a shard
	case $1 in
	music.pack) echo told.ndjson filtered.ndjson ;;
	near.pack) echo told.ndjson ;;
	enrich.pack) echo enriched.ndjson ;;
	meta.pack) echo tagged.ndjson ;;
	text.pack) echo text.feat ;;
	sound.pack) echo sound.feat ;;
	centre.tsv) echo mood.feat ;;
	pca.pack) echo audio64.feat ;;
	esac
}
put_back() { # MODEL
	[ ! -e "$1.damaged" ] || mv -f "$1.damaged" "$1"
}
lose() { # MODEL WHY
	local made f
	rm -f "$1"
	put_back "$1"
	# so that verify and sums.sh do not take it for what a build wrote
	[ ! -e "$1" ] || [ "$sums" -nt "$1" ] ||
	    touch -d "@$(($(date -r "$sums" +%s) - 1))" "$1"
	lost+=("$1 $2") stay+=("$1")
	for made in $(made_with "${1##*/}"); do
		for f in "$CORPUS"/shards/*/"$made"; do
			[ ! -e "$f" ] || stay+=("$f")
		done
	done
}
fit() { # MODEL
	trap 'put_back "$1"' EXIT
	[ ! -e "$1" ] || mv -f "$1" "$1.damaged"
	if ! as_built stages "${stay[@]/#/--old-file=}" "$1"; then
		lose "$1" "cannot be made again"
	elif [ "$(sum "$1")" != "$(written "$1")" ]; then
		lose "$1" "was fitted on the corpus as it was once, and cannot \
be made again"
	else
		rm -f "$1.damaged"
		# models that were fitted after it stay
		case $1 in
		*/text.pack | */pca.pack)
			touch -r "$CORPUS/state/columns" "$1"
			;;
		esac
	fi
	trap - EXIT
}
order=({music,near,enrich,meta,text,sound}.pack centre.tsv {pca,bridge}.pack)
for name in "${order[@]}"; do
	! is_bad "$CORPUS/models/$name" || fit "$CORPUS/models/$name"
done
for line in "${damaged[@]}"; do
	f=${line%%$'\t'*}
	[[ $f != "$CORPUS"/models/* || " ${order[*]} " == *" ${f##*/} "* ]] ||
	    fit "$f"
done

# What one shard lacks is then no reason to fit any anew for the others.
[ ${#lost[@]} = 0 ] || stay+=("$CORPUS"/models/*)

status=0
exec 9>&-
ALLOW_FEWER=1 LOST="${stay[*]}" "$here/corpus.sh" mend || status=$?
[ -z "$refresh" ] ||
    echo "repair: moodpipe refresh asks the network again for what it had said" >&2
for line in "${lost[@]}"; do
	echo "repair: $line: put back a copy of it, or fit all models to the" \
	    "corpus as it is: moodpipe refit" >&2
done
"$0" verify || status=$?
exit "$status"
