# SPDX-License-Identifier: GPL-3.0-or-later
# A real crawl, where there is one: counted and compared independently.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
crawl=$ROOT/../shared/data/music/soundcloud/tracks.csv
if [ ! -r "$crawl" ]; then
	skip "SoundCloud crawl" "$crawl is not there"
	done_testing
fi
ingest --rejects rej --merged mrg "$crawl" >rec 2>err
is "$?" 0 "the crawl is read"
r=$(wc -l <rec) j=$(wc -l <rej) m=$(wc -l <mrg)
like "$(tail -n1 err)" "^ingest: in=$((r + j + m)) ok=$r err=$j merged=$m " "rows add up"
is "$(cut -d'"' -f4 rec | sort -u | wc -l)" "$r" "ids are unique"
is "$(grep -c '"tags":\[' rec)" "$(grep -c '"tags":' rec)" "all tags are lists"
is "$(grep -c '"username":\|"tag_list":' rec)" 0 "names are ours"
gzip -c "$crawl" >t.csv.gz
ingest -q t.csv.gz | sed 's/"ingested_from":.*//' >1
sed 's/"ingested_from":.*//' rec >2
ok cmp 1 2
if ! command -v python3 >/dev/null; then
	skip "independent reading" "no python3"
	done_testing
fi
python3 - "$crawl" rec >cmp.out 2>&1 <<'P'
import csv, html, json, re, sys
csv.field_size_limit(1 << 30)
rows = list(csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8')))
recs = [json.loads(l) for l in open(sys.argv[2], encoding='utf-8')]
print(len(rows))
def mended(v):
    v = re.sub('[\u2028\u2029]', '\n', v.replace('\0', ''))
    for i in range(2):
        v = re.sub('&#?[a-zA-Z0-9]+;', lambda m: html.unescape(m[0]), v)
    return v.replace('\r\n', '\n').replace('\r', '\n')
def seen(v): # what may or may not be kept of characters that cannot be seen
    return re.sub('[\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]', '', v)
def demoji(v):
    return re.sub('[\x80-\uffff]+', lambda m: m[0].encode('cp1252').decode(), v)
theirs = {'username': 'artist', 'tag_list': 'tags'}
wrong = moji = 0
for row, rec in zip(rows, recs):
    for k, v in row.items():
        got = rec.get(theirs.get(k, k))
        if k == 'tag_list':
            continue
        v = v if k == 'permalink_url' else seen(mended(v))
        if not v.strip(' \t\r\n\v\f'):
            wrong += got is not None
        elif isinstance(got, (int, float)):
            wrong += float(v) != got
        elif v != seen(got):
            try:
                moji += demoji(v) == got
                wrong += demoji(v) != got
            except UnicodeError:
                wrong += 1
print(wrong)
print('texts that were UTF-8 read as Windows-1252:', moji)
P
is "$(head -n1 cmp.out)" "$((r + j + m))" "python3 counts as many rows"
is "$(sed -n 2p cmp.out)" 0 "and reads the same in every cell"
head -n3 cmp.out | sed 's/^/# /'
done_testing
