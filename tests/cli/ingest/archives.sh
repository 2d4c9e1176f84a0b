# SPDX-License-Identifier: GPL-3.0-or-later
# Archives: every file in them is a source; nothing in them is trusted.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
run() { ingest --rejects rej --merged mrg "$@" >rec 2>err; }
adds_up() { # NAME ROWS
	local r j m
	r=$(wc -l <rec) j=$(wc -l <rej) m=$(wc -l <mrg)
	is "$((r + j + m))" "$2" "$1: rows in = records + rejects + merged"
	like "$(tail -n1 err)" "^ingest: in=$2 ok=$r err=$j merged=$m " \
		"$1: the last line says so"
}
for tool in tar gzip zstd xz bzip2 zip; do
	command -v $tool >/dev/null && continue
	skip "archives" "no $tool"
	done_testing
done

mkdir -p d/é d/sub
printf 'title,artist\nOne,A\nfew\nTwo,B\n' >d/a.csv
printf '{"title":"Three","artist":"C"}\nbroken\n' >"d/é/b c.ndjson"
gzip -c d/a.csv >d/sub/again.csv.gz
printf '#EXTM3U\n#EXTINF:9,D - Four\nsound.mp3\n' >d/sub/l.m3u
printf 'This is no table.\n' >d/README
: >d/empty
printf 'ID3' >d/sound.mp3
ln -s a.csv d/link
tar -cf d/sub/inner.tar d/a.csv
tar -cf t.tar d/a.csv "d/é" d/sub d/README d/empty d/sound.mp3 d/link
tar --format=pax -cf pax.tar d/a.csv "d/é" d/sub d/README d/empty d/sound.mp3 d/link
tar --format=v7 -cf v7.tar d/a.csv "d/é" d/sub d/README d/empty d/sound.mp3 d/link
gzip -c t.tar >t.tar.gz
zstd -q t.tar -o t.tar.zst
xz -c t.tar >t.tar.xz
bzip2 -c t.tar >t.tar.bz2
zip -qry t.zip d/a.csv "d/é" d/sub d/README d/empty d/sound.mp3 d/link

# again.csv.gz repeats three rows of a.csv: two of them merge.
run t.tar
is "$?" 0 "an archive is read"
adds_up "tar" 13
is "$(grep -o '"title":"[^"]*","artist":"[^"]*"' rec | tr '\n' ' ')" \
	'"title":"One","artist":"A" "title":"Two","artist":"B" "title":"Three","artist":"C" "title":"Four","artist":"D" ' \
	"tables, NDJSON, playlists and gzip in it are read"
like "$(cat rec)" '"ingested_from":"t.tar!d/é/b c.ndjson"' "records name the file in the archive"
like "$(cat mrg)" '"file":"t.tar!d/sub/again.csv.gz","line":4' "merged rows, too"
like "$(cat rej)" '"file":"t.tar!d/a.csv","line":3,"reason":"1 cells' "rejects, too"
like "$(cat rej)" 'inner.tar.*an archive in an archive' "an archive in an archive is a reject"
like "$(cat rej)" 'sound.mp3.*extract it' "sound is a reject with a remedy"
like "$(cat rej)" 'README.*neither NDJSON' "other files are rejects"
like "$(cat rej)" 'd/link.*a link' "links are rejects"
sed 's/t\.tar!/X!/g' rec >want; sed 's/t\.tar!/X!/g' rej >wantrej
for f in pax.tar v7.tar t.tar.gz t.tar.zst t.tar.xz t.tar.bz2; do
	run "$f"
	sed "s/$f!/X!/g" rec >got; sed "s/$f!/X!/g" rej >gotrej
	is "$(cmp got want && cmp gotrej wantrej && echo same)" same "$f: the same rows"
	ingest -q - <"$f" 2>/dev/null | sed 's/stdin!/X!/g' >got
	ok cmp got want
	cat "$f" | ingest -q 2>/dev/null | sed 's/stdin!/X!/g' >got
	ok cmp got want
done
run t.zip
is "$(sed 's/t.zip!/X!/g' rec | sort)" "$(sort want)" "zip: the same records"
adds_up "zip" 13
cat t.zip | ingest -q 2>/dev/null >got
is "$(sed 's/stdin!/X!/g' got | sort)" "$(sort want)" "zip from a pipe: the same records"
zstd -q d/a.csv -o a.csv.zst
run a.csv.zst
is "$(grep -c '"ingested_from":"a.csv.zst"' rec)" 2 "a table in zstd is read"

# Names are text.
mkdir -p x/y
printf 'title\nescaped\n' >x/e.csv
tar -C x/y -cPf names.tar ../e.csv
tar -cPf abs.tar "$PWD/x/e.csv"
rm x/e.csv
run names.tar abs.tar
is "$(wc -l <rec),$([ -e x/e.csv ] && echo there)" "1," "../ and / in names lead nowhere"
like "$(cat rec mrg)" 'names.tar!../e.csv' "and are shown as they are"
if command -v python3 >/dev/null; then
	python3 - <<-'P'
	import tarfile, io
	t = tarfile.open('odd.tar', 'w')
	for name in ['a\x1b[31m\nb.csv', 'n' * 9000 + '.csv', '../../etc/passwd.csv']:
	    i = tarfile.TarInfo(name)
	    i.size = 8
	    t.addfile(i, io.BytesIO(b'title\nx\n'))
	t.close()
	P
	run odd.tar
	is "$(cat rec rej mrg | wc -l),$(LC_ALL=C grep -c $'\x1b' rec)" "3,0" "odd names do no harm"
fi

# Damage: what came before is kept, the rest is one reject.
awk 'BEGIN { print "title,artist"; for (i = 0; i < 20000; i++) print "t" i ",a" i * 7919 % 10007 }' >d/big.csv
tar -cf big.tar d/a.csv d/big.csv
size=$(stat -c %s big.tar)
for cut in $((size / 2)) $((size - 11000)); do
	head -c "$cut" big.tar >cut.tar
	run cut.tar
	is "$?" 0 "cut at $cut: exit status 0"
	is "$(grep -c 'cut.tar!d/big.csv.*damaged here' rej),$(wc -l <rej)" "1,2" \
		"cut at $cut: one reject says where and why"
	n=$(grep -c big.csv rec)
	is "$(grep big.csv rec | cut -d'"' -f8 | cmp - <(seq 0 $((n - 1)) | sed 's/^/t/') && [ "$n" -gt 1000 ] && echo ok)" ok \
		"cut at $cut: whole rows before it are kept, no half row"
done
zstd -q big.tar
head -c $(($(stat -c %s big.tar.zst) / 2)) big.tar.zst >cut.tar.zst
run cut.tar.zst
is "$(grep -c 'cut.tar.zst.*damaged here' rej)" 1 "cut zstd: one reject"
status 1 ingest --max-errors 0 cut.tar.zst
zip -q big.zip d/a.csv d/big.csv
head -c $(($(stat -c %s big.zip) / 2)) big.zip >cut.zip
run cut.zip
is "$?,$([ -s rej ] && echo rejects)" "0,rejects" "a cut zip: rejects say so"
head -c 600 t.tar >stub.tar
run stub.tar
is "$?,$(wc -l <rec),$(wc -l <rej)" "0,0,1" "a stub of an archive: one reject"
{ head -c 3000 big.tar.zst; head -c 3000 /dev/urandom; } >junk.tar.zst
run junk.tar.zst
is "$?,$(grep -c 'damaged here' rej)" "0,1" "damaged bytes inside: one reject"
zip -q -P secret locked.zip d/a.csv
run locked.zip
is "$(wc -l <rec),$(wc -l <rej)" "0,1" "an encrypted file is a reject"

# Bombs: 400 MB of blank lines in a few kilobytes.
{ echo title; head -c 400000000 /dev/zero | tr '\0' '\n'; } | zstd -q >bomb.zst
run bomb.zst
is "$(wc -l <rec),$(wc -l <rej)" "0,1" "a bomb is one reject"
like "$(cat rej)" 'bomb' "which calls it so"
status 4 ingest --format audio t.tar
printf '7z\xbc\xaf\x27\x1c' >x.7z
status 4 ingest x.7z

# A worker that talks nonsense, or ends without a word, is no end of an archive.
mkdir fake
for says in 'zzzzzzzzzzzz' 'f\0\0\0\377xxxx' 'd\1\0\1\0x' 'f\1\0\0\0ad\5\0\0\0ti' ''; do
	printf '#!/bin/sh\nprintf "%s"\n' "$says" >fake/worker
	chmod +x fake/worker
	MOODPIPE_WORKERS=$TMP/fake timeout 20 ingest --rejects rej t.tar >rec 2>err
	is "$?,$(wc -l <rec),$(grep -c 'worker' rej)" "0,0,1" "a broken worker (\"$says\") is one reject"
done
# A worker that cannot be started is an error of the environment.
MOODPIPE_WORKERS=$TMP/nowhere status 3 ingest t.tar
done_testing
