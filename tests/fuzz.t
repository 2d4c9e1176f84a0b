# SPDX-License-Identifier: GPL-3.0-or-later
# What fuzzing has taught stays known: every kept input of every harness.
. tests/tap.sh
for kept in tests/fuzz/corpus/*.tar.gz; do
	name=$(basename "$kept" .tar.gz)
	mkdir -p "$TMP/$name"
	tar -xzf "$kept" -C "$TMP/$name"
	status 0 "$BUILD/tests/fuzz/$name" "$TMP/$name"/*
done
is "$(ls tests/fuzz/corpus | wc -l)" \
	"$(ls tests/fuzz/*.c | grep -vc replay)" "every harness has a corpus"
done_testing
