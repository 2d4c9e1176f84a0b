# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034
# Three nights of a corpus, one killed twice, one with a full disk: the short form
# of make nights.
SONGS=0 SEED=7 PLAN='1 0 quiet
2 1 killed 2
3 2 full 0 10'
. tests/nights.sh
