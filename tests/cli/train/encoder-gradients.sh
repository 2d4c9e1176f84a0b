# SPDX-License-Identifier: GPL-3.0-or-later
# Reverse mode through whole small encoders of every family against an
# independent program's (tests/reference/encoder.py: torch autograd, float64),
# and the training pass's states against those of the encoder as it is applied.
# shellcheck shell=bash
. "$ROOT/tests/tap.sh"
PYTHON=${PYTHON:-/usr/bin/python3}
run=$BUILD/tests/helpers/passrun
cd "$TMP" || exit 1

if ! "$PYTHON" -c 'import numpy, torch' 2>err; then
	skip "gradients against a reference" "no torch for $PYTHON"
	done_testing
fi

# Models, as many as there are families and variants, by one process.
"$PYTHON" - >names 2>err <<-'EOF' || { cat err; exit 1; }
	import os, sys
	sys.path.insert(0, os.environ["ROOT"] + "/tests/reference")
	import encoder
	small = list(encoder.MODELS)
	for name in small[:small.index("minilm-l6")]:
	    encoder.main(["gradients", name, name, "--expected", "0"])
	    print(name)
EOF

within() { # LIMIT NAME VALUE MODEL
	awk -v x="$3" -v limit="$1" 'BEGIN { exit !(x <= limit) }'
	tap_result $? "$4: $2 $3, at most $1"
}

while read -r name; do
	read -r _ states _ gradients _ logits < <("$run" check "$name")
	within 1e-5 states "${states:-nan}" "$name"
	within 1e-4 gradients "${gradients:-nan}" "$name"
	within 1e-4 "gradients of logits" "${logits:-nan}" "$name"
	# In bf16 they keep their direction, roughly.
	read -r _ states _ gradients _ logits < <("$run" --bf16 check "$name")
	within 0.3 "states in bf16" "${states:-nan}" "$name"
	within 0.3 "gradients in bf16" "${gradients:-nan}" "$name"
done <names
done_testing
