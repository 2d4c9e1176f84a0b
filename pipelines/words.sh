#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: words.sh TEXTS PACK
# Fits the general table of words on what wordtexts.sh made. The weights make
# the few texts about music count as much as the many others.
set -euo pipefail
cd "$1"
embed text -q --fit "$2" --base none --terms 16384 --grams 0 \
	--weights 1,1,1,3,0.05,20,3 goemotions.ndjson emobank.ndjson \
	isarcasmeval.ndjson lyrics.ndjson fma.ndjson musiccaps.ndjson \
	glasgow.ndjson
