#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Read by every shell of corpus.mk ($BASH_ENV): notes the status of a stage
# that failed, which make itself would turn into 2.
note_status() {
	local status=$?
	[ "$status" = 0 ] || echo "$status" >"$STAGE_STATUS"
}
trap note_status EXIT
