#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a build works with besides its inputs, in two lines: the release, and a
# digest of its data and of the catalogues. Run by corpus.sh and verify.sh.
set -euo pipefail
echo "${VERSION:-$("$BIN/ingest" --version)}"
cat "$DATA"/*.tsv "$DATA"/*.conf "$DATA"/lexicon/* "$DATA"/models/*.pack \
    "$DATA"/maps/* "$SOURCES"/* | sha256sum
