# SPDX-License-Identifier: GPL-3.0-or-later
# extract-features: what each series is by its definition, computed in numpy.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
python=/usr/bin/python3
reference=$ROOT/tests/cli/extract-features/reference.py

if ! $python -c 'import numpy' 2>err; then
	skip 'numpy reference' 'no numpy'
	done_testing
fi
ok $python "$reference" make sound.wav
echo '{"id":"a","audio":{"path":"sound.wav"}}' >in
ok extract-features -q -o out.feat in
feat json out.feat >row
like "$(cat row)" '"status":"ok"' 'it is measured'
$python "$reference" check sound.wav row >checked
is "$(wc -l <checked)" 59 'all series compared'
while IFS=$'\t' read -r verdict name bad; do
	is "$verdict${bad:+ $bad}" ok "$name is what its definition says"
done <checked
done_testing
