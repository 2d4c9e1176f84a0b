# SPDX-License-Identifier: GPL-3.0-or-later
# The encoder against an independent program (tests/reference/encoder.py: torch,
# float64): models of every family with random weights, their hidden states,
# sentence vectors and classes. MODELS: names of its list, in place of all the
# small ones.
# shellcheck shell=bash
. "$ROOT/tests/tap.sh"
PYTHON=${PYTHON:-/usr/bin/python3}
run=$BUILD/tests/helpers/encoderrun
cd "$TMP" || exit 1

if ! "$PYTHON" -c 'import numpy, torch' 2>"$TMP/err"; then
	skip "encoders against a reference" "no torch for $PYTHON"
	done_testing
fi

# --- the models and what they must give, by one process ---

"$PYTHON" - "${MODELS-}" 2>err <<-'EOF' || { cat err; exit 1; }
	import os, sys
	sys.path.insert(0, os.environ["ROOT"] + "/tests/reference")
	import encoder
	names = sys.argv[1].split()
	small = list(encoder.MODELS)
	for name in names or small[:small.index("minilm-l6")]:
	    encoder.main(["folder", name, name])
	if not names:
	    for dtype in ("F16", "BF16"):
	        encoder.main(["folder", "bert-head", dtype, "--dtype", dtype,
	                      "--shards", "3"])
EOF

# --- what we give: a line of `compare` for each ---

got() { # NAME WANTED MOST-DIFFERENCE LEAST-COSINE ENCODERRUN'S ARGUMENTS...
	local name=$1 wanted=$2 most=$3 least=$4
	n=$((n + 1))
	shift 4
	"$run" "$@" >"got-$n.npy" || echo "# status $?: encoderrun $*"
	printf '%s\t%s\t%s\t%s\t%s\n' "$name" "got-$n.npy" "$wanted" "$most" \
	    "$least" >>compare
}

precise() { # NAME WANTED ARGUMENTS... < LINES
	local name=$1 wanted=$2
	shift 2
	cat >lines
	got "$name f32" "$wanted" 1e-4 0 "$@" <lines
	got "$name bf16" "$wanted" inf 0.9999 --precision bf16 "$@" <lines
	got "$name int8" "$wanted" inf 0.999 --precision int8 "$@" <lines
}

# Few numbers need not keep their direction where precision is less.
exact() {
	local name=$1 wanted=$2
	shift 2
	got "$name" "$wanted" 1e-4 -1 "$@"
}

n=0
for folder in */; do
	model=${folder%/}
	x=$model/expected
	precise "$model hidden" "$x/hidden.npy" hidden "$model" <"$x/ids"
	for layer in "$x"/layer-*.npy; do
		[ -e "$layer" ] || continue
		i=${layer##*-}
		i=${i%.npy}
		exact "$model layer $i" "$layer" --layer "$i" --batch 999 \
		    hidden "$model" <"$x/ids"
	done
	for role in plain query passage; do
		[ ! -e "$x/$role.npy" ] ||
		    precise "$model $role" "$x/$role.npy" --role "$role" \
			vectors "$model" <"$x/texts"
	done
	[ ! -e "$x/logits.npy" ] ||
	    exact "$model logits" "$x/logits.npy" logits "$model" <"$x/ids"
	[ ! -e "$x/pairs.npy" ] ||
	    exact "$model pairs" "$x/pairs.npy" pairs "$model" <"$x/pairs"
done

# --- compared, by one process ---

"$PYTHON" - >results 2>&1 <<-'EOF'
	import numpy as np
	for line in open("compare"):
	    name, got, wanted, most, least = line.rstrip("\n").split("\t")
	    try:
	        a, b = (np.load(f).astype(float) for f in (got, wanted))
	        a, b = a.reshape(len(b), -1), b.reshape(len(b), -1)
	        far = np.abs(a - b).max()
	        cosine = ((a * b).sum(1) / np.sqrt(
	            (a * a).sum(1) * (b * b).sum(1))).min()
	        bad = not (far <= float(most) and cosine >= float(least))
	        said = "max %.3g, cosine %.7f" % (far, cosine)
	    except (ValueError, OSError) as e:
	        bad, said = True, str(e).replace("\n", " ")
	    print("%d %s: %s" % (bad, name, said))
EOF
while read -r bad said; do
	tap_result "$bad" "$said"
done <results
is "$(wc -l <results)" "$n" "all were compared"
done_testing
