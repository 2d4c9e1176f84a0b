# SPDX-License-Identifier: GPL-3.0-or-later
# moodpipe status: what of the last night it calls trouble.
. tests/tap.sh
without_settings
export HOME=$TMP CORPUS=$TMP/c
mkdir -p "$CORPUS"/{state,report}
echo "CRAWL=$TMP" >"$CORPUS/state/settings"
trouble() { # what it says of a log, last night's lines of which are these
	{
		echo "== 2026-11-21 02:00:00 UTC"
		echo "heal: the night before that"
		echo "== 2026-11-22 02:00:00 UTC"
		printf '%s\n' "$@"
	} >"$CORPUS/report/nightly.log"
	pipelines/moodpipe.sh status | sed -n '/^build/{n;s/^ *//p}'
}
hint="heal: hint: jamendo is not asked: give --key JAMENDO_CLIENT_ID=..."
is "$(trouble "linkcheck: cannot write x: No space left on device" "$hint" \
    "heal: asked=0 found=0 left=0 requests=0" "heal: in=6 ok=6 err=0 0.0s" \
    "embed audio: in=6 ok=6 err=0 drop=1 0.0s" \
    "make: *** [corpus.mk:9: index] Error 3")" \
    "! linkcheck: cannot write x: No space left on device" \
    "neither a hint nor what was counted"
is "$(trouble "$hint")" "! it did not say why" "nor what another night said"
like "$(trouble "$hint" "corpus: stopped")" "^! corpus: stopped$" "the last line"
printf 'tracks 3\nlinks\n  3 VALID\nfailed\n' >"$CORPUS/report/summary.txt"
like "$(pipelines/moodpipe.sh status)" '^links  *3 VALID$' "links are counted"
sed -i /VALID/d "$CORPUS/report/summary.txt"
is "$(pipelines/moodpipe.sh status | grep -c '^links')" 0 "where there are any"
echo "RESOLVER=no-such-program" >"$CORPUS/moodpipe.conf"
like "$(pipelines/moodpipe.sh status)" \
    "^ +! no such executable program: no-such-program \(.*moodpipe.conf:1\)" \
    "a setting that needs care"
done_testing
