# SPDX-License-Identifier: GPL-3.0-or-later
. "$ROOT/tests/tap.sh"

# 60 tracks of two kinds, 10 of them without a word.
awk 'BEGIN {
	split("lonely tears rain goodbye sorrow ballad", sad, " ")
	split("party dance club bass festival rave", loud, " ")
	for (i = 0; i < 60; i++) {
		printf "{\"id\":\"t%02d\"", i
		if (i % 6 != 5) {
			a = i % 2 ? sad[i % 6 + 1] : loud[i % 6 + 1]
			b = i % 2 ? sad[i % 5 + 1] : loud[i % 5 + 1]
			printf ",\"title\":\"%s %s\",\"artist\":\"Artist %d\"", \
			       a, b, i % 7
			if (i % 4 == 0)
				printf ",\"genre\":\"%s\"", \
				       i % 2 ? "Sad" : "House"
			if (i % 4 == 1)
				printf ",\"imputed\":{\"genre\":{\"value\":" \
				       "\"Sad\",\"method\":\"artist\"," \
				       "\"confidence\":0.5}}"
		}
		print "}"
	}
}' >"$TMP/all"
head -25 "$TMP/all" >"$TMP/a"
tail -35 "$TMP/all" >"$TMP/b"
cd "$TMP" || exit 1

# --- text ---
ok embed text --fit text.pack --base none -q -j1 all
ok embed text --fit four.pack --base none -q -j4 a b
ok cmp text.pack four.pack
cp -p text.pack before
touch -d 2001-01-01 text.pack
ok embed text --fit text.pack --base none -q all
is "$(stat -c %Y text.pack)" "$(date -d 2001-01-01 +%s)" \
	"a fit that finds the same leaves the file alone"
ok embed text --model text.pack -q -j1 -o one.feat all
ok embed text --model text.pack -q -j4 -o four.feat all
ok cmp one.feat four.feat
status 0 sh -c 'embed text --model text.pack -q --records rec <all >pipe.feat'
ok cmp one.feat pipe.feat
ok cmp all rec
status 0 embed text --model text.pack --reuse one.feat -o again.feat all
like "$(cat err)" 'in=60 ok=60 err=0 reused=60' "all rows are reused"
ok cmp one.feat again.feat
sed '3s/"title":"[^"]*"/"title":"goodbye rain"/' all >changed
status 0 embed text --model text.pack --reuse one.feat -o new.feat changed
like "$(cat err)" 'reused=59' "one title changed: one row anew"
sed 's/}$/,"playback_count":7}/' all >other
status 0 embed text --model text.pack --reuse one.feat -o new.feat other
like "$(cat err)" 'reused=60' "members that are no words change nothing"
status 0 embed text --fit empty.pack --base none -q /dev/null
status 0 embed text --model empty.pack -o none.feat all

# --- what cannot work ---
status 4 embed text --model missing.pack all
like "$(cat err)" 'missing.pack.*--fit' "a missing model: how to make one"
head -c 5000 text.pack >cut.pack
status 4 embed text --model cut.pack all
status 4 embed audio --model text.pack --features one.feat all
like "$(cat err)" 'text.pack' "a model of another kind is named"
cp text.pack flipped.pack
printf 'X' | dd of=flipped.pack bs=1 seek=9000 conv=notrunc 2>/dev/null
status 4 embed text --model flipped.pack all
printf '{"id":"x"\n' >broken
status 4 embed text --model text.pack -o out.feat broken
ok test ! -e out.feat
status 4 embed text --fit never.pack broken
ok test ! -e never.pack
status 2 embed
status 2 embed words
status 2 embed text all
status 2 embed text --fit x --model y all
status 2 embed audio --model text.pack all
status 0 embed --help
like "$(cat out)" '^usage: embed text --fit' "help on stdout"
if [ -w /dev/full ]; then
	status 3 sh -c 'embed text --model text.pack all >/dev/full'
fi

# --- audio: the text rows serve as sound with known columns; they are of
# method "model", so that nothing is measured ---
status 0 embed audio --fit none.pack --features one.feat
like "$(cat err)" 'in=60 ok=0' "no measured row: a model all the same"
status 0 embed audio --model none.pack --features one.feat -o a.feat all
status 4 embed audio --model none.pack --features a.feat -o b.feat all
like "$(cat err)" 'a.feat.*t000' "foreign columns: file and column named"
status 3 embed audio --model none.pack --features gone.feat all
like "$(cat err)" 'gone.feat' "a missing feature file is named"
done_testing
