# SPDX-License-Identifier: GPL-3.0-or-later
# Three nights of a corpus, one killed twice, one with a full disk: the short form
# of make nights.
# shellcheck disable=SC2034
PARTS=nights NIGHTS=three SEED=7
. tests/nights.sh
