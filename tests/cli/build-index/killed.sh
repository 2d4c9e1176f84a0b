# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Builds and updates that are killed, interrupted, find the disk full, or meet
# another one: what is current stays whole, and the next run gives what it would
# have given, with nothing left behind.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
small_corpus
c=$TMP/c make=$BUILD/tests/helpers/indexmake
"$make" tracks 2000 /dev/null >"$TMP/tracks"
"$make" text 2000 "$c/text.pack" "$c/text.feat" >"$TMP/text.feat"
for k in mood sound audio; do "$make" $k 2000 >"$TMP/$k.feat"; done
head -1800 "$TMP/tracks" >"$TMP/most"
signals=(--text "$TMP/text.feat" --mood "$TMP/mood.feat"
	--sound "$TMP/sound.feat" --audio "$TMP/audio.feat")
build=(build-index -q -j2 --text-model "$c/text.pack" "${signals[@]}" --lists 8
	--graph always --links 8 --memory 1M)
{
	sed -n '1700,2000p' "$TMP/tracks"
	head -20 "$TMP/tracks" | jq -c '. + {is_music: false}'
} >"$TMP/changes"
update=(build-index -q -j2 --update "${signals[@]}" --memory 1M)
generation() { basename "$(readlink "$1/current")" .idx; }
ms() { # COMMAND...: how long it takes
	local start
	start=$(date +%s%N)
	"$@" >/dev/null 2>&1
	echo $((($(date +%s%N) - start) / 1000000 + 1))
}
build_ms=$(ms "${build[@]}" --index "$TMP/start" "$TMP/most")
ok build-index --verify --index "$TMP/start"
old=$(generation "$TMP/start")
cp -a "$TMP/start" "$TMP/want"
update_ms=$(ms "${update[@]}" --index "$TMP/want" "$TMP/changes")
new=$(generation "$TMP/want")
ok build-index --verify --index "$TMP/want"
ok test "$old" != "$new"
echo "# a build takes $build_ms ms, an update $update_ms ms"

idx=$TMP/idx
left() { # what is in a directory that is none of an index of one or two
	find "$1" -mindepth 1 ! -name .lock ! -name current \
		! -name "$old.idx" ! -name "$new.idx" -printf '%f '
}
opens() { # what is current is whole, and one of the two
	local g
	g=$(generation "$1")
	[ "$g" = "$old" ] || [ "$g" = "$new" ] || { echo "is $g"; return 1; }
	build-index --verify --index "$1" &&
		query -q --index "$1" sad | jq -e '.candidates | length > 0'
}

stopped() { # SIGNAL MS COMMAND...: after so many of 21 parts of MS
	local signal=$1 ms=$(($2 / 21)) status
	shift 2
	(timeout -s "$signal" "$((ms / 1000)).$(printf %03d $((ms % 1000)))" "$@") \
		>"$TMP/log" 2>&1
	status=$?
	# what has its last breath still has the lock
	[ ! -e "$idx/.lock" ] || flock "$idx/.lock" true
	return $status
} 2>/dev/null # the shell tells of what is killed

# Killed at twenty moments of either, with either signal.
for signal in KILL INT; do
	broken=0 killed=0
	for i in $(seq 20); do
		rm -rf "$idx"
		stopped $signal $((build_ms * i)) "${build[@]}" --index "$idx" \
			"$TMP/most" || killed=$((killed + 1))
		[ ! -L "$idx/current" ] || opens "$idx" >"$TMP/log" 2>&1 ||
			broken=$((broken + 1))
		"${build[@]}" --index "$idx" "$TMP/most" >"$TMP/log" 2>&1
		[ "$(generation "$idx")" = "$old" ] && [ -z "$(left "$idx")" ] ||
			broken=$((broken + 1))
	done
	is $broken 0 "a build after SIG$signal"
	ok test $killed -gt 5
	broken=0 killed=0
	for i in $(seq 20); do
		rm -rf "$idx"
		cp -a "$TMP/start" "$idx"
		stopped $signal $((update_ms * i)) "${update[@]}" --index "$idx" \
			"$TMP/changes" || killed=$((killed + 1))
		opens "$idx" >"$TMP/log" 2>&1 || broken=$((broken + 1))
		"${update[@]}" --index "$idx" "$TMP/changes" >"$TMP/log" 2>&1
		[ "$(generation "$idx")" = "$new" ] && [ -z "$(left "$idx")" ] ||
			broken=$((broken + 1))
	done
	is $broken 0 "an update after SIG$signal"
	ok test $killed -gt 5
done

# Killed between the steps of publishing, which are too short to be hit: the
# file is there and has a temporary name, its own, the link is there ...
for step in building tmp named link swapped; do
	rm -rf "$idx"
	cp -a "$TMP/start" "$idx"
	: >"$idx/.lock"
	case $step in
	building) cp "$TMP/want/$new.idx" "$idx/.building" ;;
	tmp) cp "$TMP/want/$new.idx" "$idx/.building.tmp-123456" ;;
	*) cp "$TMP/want/$new.idx" "$idx" ;;
	esac
	case $step in
	link) ln -s "$new.idx" "$idx/.current" ;;
	swapped)
		ln -sfn "$new.idx" "$idx/current"
		cp "$idx/$old.idx" "$idx/0123456789abcdef.idx"
		;;
	esac
	ok opens "$idx"
	if [ $step = swapped ]; then
		# of one before that was to be removed: the next change does
		ok "${update[@]}" --index "$idx" --remove <(jq -r .id "$TMP/most" | head -40)
		is "$(find "$idx" -name '*.idx' | wc -l)" 2 "two generations are left"
		ok build-index --verify --index "$idx"
		continue
	fi
	ok "${update[@]}" --index "$idx" "$TMP/changes"
	is "$(generation "$idx") $(left "$idx")" "$new " "killed before $step: mended"
done

# ... or at the very system calls of it.
if strace -o "$TMP/log" true 2>/dev/null; then
	at=0 broken=0
	for call in linkat rename symlink fsync unlink unlinkat flock; do
		for n in 1 2 3 4; do
			rm -rf "$idx"
			cp -a "$TMP/start" "$idx"
			strace -f -o "$TMP/log" -e trace=$call \
				-e inject=$call:signal=KILL:when=$n "${update[@]}" \
				--index "$idx" "$TMP/changes" 2>/dev/null && break
			at=$((at + 1))
			opens "$idx" >"$TMP/log" 2>&1 || broken=$((broken + 1))
			"${update[@]}" --index "$idx" "$TMP/changes" 2>"$TMP/log"
			[ "$(generation "$idx")" = "$new" ] && [ -z "$(left "$idx")" ] ||
				broken=$((broken + 1))
		done
	done 2>/dev/null
	ok test $at -gt 5
	is $broken 0 "killed at $at system calls"
else
	skip "killed at system calls" "no strace"
fi

# A file of the right name that is not whole is written again.
rm -rf "$idx"
cp -a "$TMP/start" "$idx"
head -c 50000 "$TMP/want/$new.idx" >"$idx/$new.idx"
ok "${update[@]}" --index "$idx" "$TMP/changes"
ok cmp "$idx/$new.idx" "$TMP/want/$new.idx"

# No room: at every size of a file there can be, and where there is a disk.
size=$(($(stat -c %s "$TMP/want/$new.idx") / 1024))
room=$(($(stat -c %s "$TMP/want/$old.idx") / 1024 + size / 2))
limited() { # BLOCKS COMMAND...: no file larger than that
	(trap '' XFSZ && ulimit -f "$1" && shift && exec "$@")
}
full() { # NAME: the last run had no room and said so
	is "$?" 3 "$1: status 3"
	like "$(cat "$TMP/err")" '^build-index: .*(cannot|TMPDIR).*(large|space)' "$1 is told"
	[ ! -e "$idx/current" ] || ok opens "$idx"
	is "$(left "$idx" 2>/dev/null)" "" "$1: nothing is left behind"
}
rm -rf "$idx"
cp -a "$TMP/start" "$idx"
for part in 1 7 20 40 60 80 99; do
	limited $((size * part / 100)) "${update[@]}" --index "$idx" \
		"$TMP/changes" 2>"$TMP/err"
	full "a file of at most $part % in an update"
done
is "$(generation "$idx")" "$old" "what was current still is"
rm -rf "$TMP/none"
limited 50 "${build[@]}" --index "$TMP/none" "$TMP/most" 2>"$TMP/err"
full "a small file in a build"
is "$(ls "$TMP/none")" "" "a first build leaves nothing"
mkdir "$TMP/disk"
if mount -t tmpfs -o size=${room}k none "$TMP/disk" 2>/dev/null; then
	trap 'umount -l "$TMP/disk"' EXIT
	# room for the old one and a part of the new
	cp -a "$TMP/start" "$TMP/disk/idx"
	idx=$TMP/disk/idx
	"${update[@]}" --index "$idx" "$TMP/changes" 2>"$TMP/err"
	full "a full disk"
	is "$(generation "$idx")" "$old" "a full disk: what was current still is"
	rm -rf "${idx:?}"
	mkdir "$TMP/disk/tmp"
	head -c $(((room - 40) * 1024)) /dev/zero >"$TMP/disk/fill"
	idx=$TMP/idx
	TMPDIR=$TMP/disk/tmp "${update[@]}" --index "$idx" "$TMP/changes" 2>"$TMP/err"
	full "\$TMPDIR is full"
	like "$(cat "$TMP/err")" 'TMPDIR' "and named"
	is "$(ls -A "$TMP/disk/tmp")" "" "nothing is left in \$TMPDIR"
	# with room for texts, for words, for vectors but the last of them
	said=
	for room in 4 8 64 300 500 756 760 2000; do
		rm "$TMP/disk/fill"
		fill=$(($(df -k --output=avail "$TMP/disk" | tail -1) - room))
		head -c $((fill * 1024)) /dev/zero >"$TMP/disk/fill"
		TMPDIR=$TMP/disk/tmp "${update[@]}" --index "$idx" \
			"$TMP/changes" 2>"$TMP/err"
		said="$said $?$(grep -c TMPDIR "$TMP/err")"
	done
	is "$said" " 31 31 31 31 31 31 31 00" "until there is room in \$TMPDIR"
	is "$(generation "$idx")" "$new" "then it is done"
	rm -rf "$idx"
	cp -a "$TMP/start" "$idx"
	umount "$TMP/disk"
	trap - EXIT
else
	skip "a full disk" "tmpfs cannot be mounted here"
fi
TMPDIR=$TMP/nowhere "${update[@]}" --index "$idx" "$TMP/changes" 2>"$TMP/err"
is "$?" 3 "no \$TMPDIR"
like "$(cat "$TMP/err")" 'TMPDIR' "is told"
chmod 500 "$idx"
if [ -w "$idx" ]; then
	skip "a directory that cannot be written" "root can"
else
	status 3 "${update[@]}" --index "$idx" "$TMP/changes"
fi
chmod 700 "$idx"

# Two at once: one says that it was not alone, what is current is the other's.
rm -rf "$idx"
cp -a "$TMP/start" "$idx"
mkfifo "$TMP/slow"
"${update[@]}" --index "$idx" "$TMP/slow" &
first=$!
exec 7>"$TMP/slow"
head -20 "$TMP/changes" >&7
for _ in $(seq 100); do
	flock -n "$idx/.lock" true || break
	sleep 0.02
done
status 3 "${update[@]}" --index "$idx" "$TMP/changes"
like "$(cat "$TMP/err")" "lock is held by another process; try again" "a second update"
status 3 "${build[@]}" --index "$idx" "$TMP/most"
ok opens "$idx"
tail -n +21 "$TMP/changes" >&7
exec 7>&-
wait $first
is "$? $(generation "$idx") $(left "$idx")" "0 $new " "the first one gets through"
done_testing
