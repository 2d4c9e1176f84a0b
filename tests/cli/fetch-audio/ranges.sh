# SPDX-License-Identifier: GPL-3.0-or-later
# How much is asked for, and how a download that was stopped goes on.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
. "$ROOT/tests/cli/fetch-audio/wav.inc"
r=$TMP/root
wav 1000000 sound >"$r/s.wav"	# 16,000 bytes a second
for f in whole etag shift swap; do cp "$r/s.wav" "$r/$f.wav"; done
wav 20000 small >"$r/small.wav"
head -c 65536 "$r/s.wav" >"$r/even.wav"
start_server <<'R'
/whole.wav	no-range
/shift.wav	shift	3
/shift.wav	etag	a
/etag.wav	etag	v1
/swap.wav	etag	v1
/swap.wav	swap	v2
/reset.wav	reset
/reset.wav	from	s.wav
/reset.wav	etag	v1
/half.wav	reset
/half.wav	from	s.wav
/drip.wav	file	s.wav
/drip.wav	drip	250000
/drip.wav	etag	v1
R
ranges() { awk -v p="/$1" '$2 == p { print $3, $4 }' "$LOG" | xargs; }
prefix() { head -c "$2" "$r/$1" | sha256sum | cut -c1-64; }
get() { # NAME [OPTION...]
	local name=$1
	shift
	records "/$name" >"$TMP/in"
	fetch-audio --state "$TMP/l.db" --store "$TMP/audio" --allow-private \
		--timeout 5 -q --seconds 10 "$@" "$TMP/in" >"$TMP/out" 2>&1
	value audio_status "$TMP/out"
}
# 10 seconds of it and what extent.h adds: 44 + 160000 + 4096.
n=164140
for f in s whole etag; do
	is "$(get $f.wav)" ok "$f.wav"
	is "$(value sha256 "$TMP/out")" "$(prefix s.wav $n)" "10 seconds of it"
done
is "$(ranges s.wav)" "206 bytes=0-65535 206 bytes=65536-$((n - 1))" "two ranges"
is "$(ranges whole.wav)" "200 bytes=0-65535" "one answer, cut off"
is "$(get small.wav)" ok "a small file"
is "$(ranges small.wav)" "206 bytes=0-65535" "one range"
is "$(get even.wav)" ok "a file of just the first range"
is "$(ranges even.wav)" "206 bytes=0-65535" "one range"
# A range that begins elsewhere is not put behind the first one.
is "$(get shift.wav)" ok "wrong Content-Range"
is "$(value sha256 "$TMP/out")" "$(prefix s.wav $n)" "the right bytes"
is "$(ranges shift.wav)" "206 bytes=0-65535 206 bytes=65536-$((n - 1)) 200 -" \
	"asked without a range"
# Nor is one of another file, of a server that does not know If-Range.
is "$(get swap.wav)" ok "another ETag"
is "$(ranges swap.wav)" "206 bytes=0-65535 206 bytes=65536-$((n - 1)) 200 -" \
	"asked without a range"
is "$(get s.wav --state "$TMP/m.db" --store "$TMP/m" --max-bytes 100000)" ok \
	"--max-bytes"
is "$(value sha256 "$TMP/out")" "$(prefix s.wav 100000)" "that many"

# A reset half-way: the part stays, if the file can be known again.
is "$(get reset.wav)" "broken reply" "a reset"
is "$(find "$TMP/audio" -name '.part*' | wc -l)" 2 "a part and its note"
is "$(get half.wav)" "broken reply" "a reset, without a validator"
is "$(find "$TMP/audio" -name '.part*' | wc -l)" 2 "no part"

# Killed on the way: the next run goes on where it was.
kill_at() { # NAME BYTES: kill -9 once the part has so many
	local part
	records "/$1" >"$TMP/in"
	rm -rf "$TMP/l.db" "$TMP/audio"
	fetch-audio --state "$TMP/l.db" --store "$TMP/audio" --allow-private \
		--seconds 10 -q "$TMP/in" >"$TMP/out" 2>&1 &
	local pid=$!
	for _ in $(seq 500); do
		part=$(find "$TMP/audio" -name '.part-*' ! -name '*.note' \
			-printf '%s\n' 2>"$TMP/wait")
		[ "${part:-0}" -ge "$2" ] && break
		sleep 0.01
	done
	kill -9 $pid
	wait $pid 2>"$TMP/wait"
	have=$(find "$TMP/audio" -name '.part-*' ! -name '*.note' -printf '%s\n')
}
last() { tail -1 "$LOG" | cut -d' ' -f2-4; }
kill_at drip.wav 80000
ok [ "$have" -ge 80000 ]
is "$(get drip.wav)" ok "after the kill"
is "$(last)" "/drip.wav 206 bytes=$have-$((n - 1))" "what was missing"
is "$(value sha256 "$TMP/out")" "$(prefix s.wav $n)" "the same bytes"
is "$(find "$TMP/audio" -name '.part*' | wc -l)" 0 "no part is left"
kill_at drip.wav 30000
ok [ "$have" -lt 65536 ]
is "$(get drip.wav)" ok "killed within the first range"
is "$(grep -c "bytes=$have-65535 " "$LOG")" 1 "gone on with"

# Another file there by now: from the beginning.
kill_at drip.wav 80000
stop_server
wav 1000000 other >"$r/s.wav"
sed -i 's/^\/drip.wav\tetag.*/\/drip.wav\tetag\tv2/' "$TMP/rules"
exec 9> >(exec "$BUILD/tests/helpers/faultd" --root "$r" --port "$PORT" \
	--rules "$TMP/rules" --port-file "$TMP/port2" --log "$LOG" \
	--until-stdin-closes >"$TMP/faultd.out" 2>&1)
for _ in $(seq 200); do
	[ -s "$TMP/port2" ] && break
	sleep 0.02
done
is "$(get drip.wav)" ok "another file"
is "$(value sha256 "$TMP/out")" "$(prefix s.wav $n)" "its bytes"
is "$(last)" "/drip.wav 200 bytes=$have-$((n - 1))" "If-Range did not hold"

# A part that says it is longer than the file.
kill_at drip.wav 80000
head -c 70000 "$r/small.wav" >"$r/s.wav"
is "$(get drip.wav)" ok "a file that shrank"
is "$(value sha256 "$TMP/out")" "$(prefix s.wav 20044)" "its bytes"

# Two of a kind at once: one goes on, the other has a part of its own.
rm -rf "$TMP/audio"
wav 1000000 third >"$r/s.wav"
records /drip.wav >"$TMP/in"
for i in 1 2; do
	fetch-audio --state "$TMP/two$i.db" --store "$TMP/audio" \
		--allow-private --seconds 10 -q "$TMP/in" >"$TMP/out$i" &
	pids[i]=$!
done
wait "${pids[@]}"
is "$(value sha256 "$TMP/out1") $(value sha256 "$TMP/out2")" \
	"$(prefix s.wav $n) $(prefix s.wav $n)" "two processes, one file"
is "$(find "$TMP/audio" -name '.part*' | wc -l)" 0 "no part is left"
done_testing
