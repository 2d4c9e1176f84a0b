# SPDX-License-Identifier: GPL-3.0-or-later
# Tracks named by a link: the one that they came with, and the one that works.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
export MOODPIPE_INDEX=$TMP/idx
seq 30 | sed 's|.*|Song &,Band &,https://old.example/&|; 1i title,artist,permalink_url' \
	>crawl.csv
ingest -q crawl.csv | jq -c 'if .title | test("[05]$") then
	. + {url_status: "MOVED", redirect_url: ("https://new.example/" + .title[5:])}
	else . + {url_status: "VALID"} end' >tracks
build-index -q --index idx tracks
like() { query -q --ids --like "$1" | jq -r '.understood.tracks[0].like // .error.code'; }
is "$(like https://old.example/7)" "Band 7 - Song 7" "a link that works"
is "$(like 'HTTPS://Old.Example/7/?utm_source=x#there')" "Band 7 - Song 7" \
	"written in another way"
is "$(like https://new.example/10)" "Band 10 - Song 10" "where it is now"
is "$(like https://New.example/10/#x)" "Band 10 - Song 10" "so, too"
is "$(like https://old.example/10)" "Band 10 - Song 10" "where the crawl has it"
is "$(like https://old.example/99)" no-track "none"
done_testing
