#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The demo corpus: renders its audio, serves it on loopback with the faults
# that data/demo/server.tsv declares, and builds it. Arguments: corpus.sh's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
demo=${MOODPIPE_DATA:-$here/../data}/demo
: "${BUILD:=$here/../build}" "${BIN:=$here/../bin}"
: "${CORPUS:=$BUILD/corpus}" "${CRAWL:=$demo/crawl.csv}"
: "${DEMO_AUDIO:=$BUILD/demo/audio}"
: "${FAULTD:=$BUILD/tests/helpers/faultd}"
export CORPUS CRAWL BIN AS_OF=${AS_OF:-2024-06-30}

mkdir -p "$DEMO_AUDIO/t"
cp "$demo/catalogue.json" "$DEMO_AUDIO"
"$BIN/synth" -q --dir "$DEMO_AUDIO/t" "$demo"/scores/*

port_file=$(mktemp)
"$FAULTD" --root "$DEMO_AUDIO" \
    --rules "$demo/server.tsv" --port 0 --port-file "$port_file" &
server=$!
trap 'kill $server 2>/dev/null; rm -f "$port_file"' EXIT
for ((i = 0; i < 100; i++)); do
	[ ! -s "$port_file" ] || break
	sleep 0.05
done
port=$(cat "$port_file")
: "${port:?the demo server did not start}"

for host in demo busy attic; do
	NET_OPTIONS="--connect-to $host.moodpipe.test:80:127.0.0.1:$port ${NET_OPTIONS:-}"
done
ALLOW_PRIVATE=1 NET_OPTIONS=$NET_OPTIONS SOURCES=$demo/sources \
    "$here/corpus.sh" "$@"
