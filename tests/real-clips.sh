#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make real-clips: how long the clips of ../shared/audio take, as they are and
# as stereo mp3 at 128 kbit/s (encoding them takes ten minutes), on one core and
# on two; and so 100,000. CLIPS: at most so many.
set -euo pipefail
shared=$(cd "$(dirname "$0")/../../shared/audio" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
PATH=$BIN:$PATH
i=0
for f in "$shared"/{moods,tempo_key/*,va/*,music}/*.ogg; do
	((i < ${CLIPS:-9999})) || break
	i=$((i + 1))
	sox "$f" -r 44100 -c 2 -t wav - trim 0 30 remix 1 1p0.8 2>/dev/null |
	    lame --quiet -m s -b 128 - "$tmp/$i.mp3"
	printf '{"id":"%s","audio":{"path":"%s"}}\n' "$i" "$f" "$i.mp3" \
	    "$tmp/$i.mp3"
done >"$tmp/in"
for j in 1 2; do
	from=$EPOCHREALTIME
	extract-features -q -j $j -o "$tmp/out" "$tmp/in"
	echo "$i clips, each twice, -j$j: $(((${EPOCHREALTIME/[.,]/} -
	    ${from/[.,]/}) / 1000)) ms"
done | awk '{ print; t = $(NF - 1); n = 2 * $1 }
    END { printf "100,000 on two cores: %.2f hours\n", t / n * 1e5 / 3.6e6 }'
