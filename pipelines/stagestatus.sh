#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Read by every shell of corpus.mk ($BASH_ENV): notes the status of a stage
# that failed, which make itself would turn into 2, and the processor time that
# it took (costs.sh), of what was there before and of what was not. What stages
# say goes to $STAGE_STDERR, past what sifts the words of make itself.
if [ -n "${STAGE_STDERR:-}" ]; then
	exec 2>&"$STAGE_STDERR"
	unset STAGE_STDERR
fi
if [ -e "${STAGE_TARGET:-/}" ]; then
	stage_kind=again
else
	stage_kind=fresh
fi
note_status() {
	local status=$?
	[ "$status" = 0 ] || echo "$status" >"$STAGE_STATUS"
	if [ -n "${BASH_EXECUTION_STRING:-}" ] && [ -n "${STAGE_TARGET:-}" ]; then
		{ printf '%s\t%s\n' "$STAGE_TARGET" "$stage_kind" && times; } \
		    2>/dev/null >"$STAGE_STATUS.d/$$" || true
	fi
}
trap note_status EXIT
