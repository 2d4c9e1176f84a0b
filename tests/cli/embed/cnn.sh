# SPDX-License-Identifier: GPL-3.0-or-later
# embed audio with a network: weights in either format and style, what is heard,
# reuse, same bytes, and model files that cannot be. What the network computes is
# tests/unit/cnn.c's.
. "$ROOT/tests/tap.sh"
NETMAKE=$BUILD/tests/helpers/netmake
cd "$TMP" || exit 1

le() { # VALUE BYTES : little-endian
	local v=$1 i
	for ((i = 0; i < $2; i++)); do
		printf "\\x$(printf %02x $((v & 255)))"
		v=$((v >> 8))
	done
}
# wav FILE SECONDS STEP: 8-bit mono at 8 kHz, a sawtooth; step 0: silence.
wav() {
	local n=$(($2 * 8000))
	{
		printf RIFF; le $((36 + n)) 4; printf 'WAVEfmt '
		le 16 4; le 1 2; le 1 2; le 8000 4; le 8000 4; le 1 2; le 8 2
		printf data; le "$n" 4
		LC_ALL=C awk -v n="$n" -v s="$3" 'BEGIN { for (i = 0; i < n; i++)
			printf "%c", s ? 99 + i * s % 58 : 128 }'
	} >"$1"
}
mkdir audio
wav audio/a.wav 6 3
wav audio/b.wav 4 7
wav audio/flat.wav 3 0
head -c 30000 audio/a.wav >audio/cut.wav
head -c 6000 audio/a.wav >audio/short.wav
echo "this is no sound" >audio/text.mp3
cat >in.ndjson <<-END
	{"id":"a","audio":{"path":"a.wav"},"n":7.60}
	{"id":"b","audio":{"path":"b.wav"}}
	{"id":"flat","audio":{"path":"flat.wav"}}
	{"id":"cut","audio":{"path":"cut.wav"}}
	{"id":"short","audio":{"path":"short.wav"}}
	{"id":"text","audio":{"path":"text.mp3"}}
	{"id":"gone","audio":{"path":"gone.wav"}}
	{"id":"none","title":"no audio"}
	{"id":"again","audio":{"path":"a.wav"}}
END

# A small network of its own architecture, four times.
layers='c:n/one:1:4 c:n/two:4:6 d:n/three:2304:16 d:n/four:16:128'
cat >config.json <<-END
	{"mels": 64, "layers": [{"conv": "n/one"}, {"pool": 2},
	 {"conv": ["else", "n/two"], "relu": false}, {"pool": 2},
	 {"flatten": "hwc"}, {"dense": "n/three"}, {"dense": "n/four"}]}
END
mkdir tf torch stored deflated pca
for d in tf torch stored deflated pca; do cp config.json $d/; done
ok "$NETMAKE" tf 9 tf/weights.safetensors $layers
ok "$NETMAKE" torch 9 torch/weights.safetensors $layers
ok "$NETMAKE" tf 9 npy $layers
(cd npy && zip -qr0 ../stored/weights.npz . && zip -qr9 ../deflated/weights.npz .)
cp tf/weights.safetensors pca/
ok "$NETMAKE" tf 5 npypca p:32:128
(cd npypca && zip -qr ../pca/vggish_pca_params.npz .)

# The flattened size is 24 x 16 x 6.
run() { # MODEL OUT [OPTION...]
	local model=$1 out=$2
	shift 2
	embed audio --model "$model" --audio-root audio -o "$out" "$@" in.ndjson
}
status 0 run tf tf.feat --records rec
like "$(tail -1 err)" 'in=9 ok=6 err=3' 'all records counted'
is "$(sed -n 1p rec)" "$(sed -n 1p in.ndjson)" 'a good record is untouched'
like "$(sed -n 6p rec)" '"error":.*embed audio' 'a failed one says so'
like "$(feat info tf.feat)" 'embed-cnn' 'stage'
is "$(feat columns tf.feat | awk '{ print $1 }' | sed -n '1p;$p' | xargs)" \
	'v000 v127' 'columns'
is "$(feat json tf.feat | jq -r .status | xargs)" \
	'ok ok silent partial too-short undecodable unreadable no-input ok' \
	'statuses'
is "$(feat json tf.feat | jq -c '[.v000 != null, .v127 != null, .method,
	.confidence]' | sed -n '1p;3p' | xargs)" \
	'[true,true,measured,1] [false,false,none,0]' 'values where there are'
feat npy tf.feat >tf.npy
for d in stored deflated; do
	status 0 run $d $d.feat -q
	feat npy $d.feat >$d.npy
	ok cmp tf.npy $d.npy
done
status 0 run torch torch.feat -q
numbers() { feat json "$1" | jq -r '.v000,.v001,.v064,.v127'; }
is "$(paste <(numbers tf.feat) <(numbers torch.feat) | awk '
	{ d = $1 - $2; n += $1 != "null"; if (d < 0) d = -d; if (d > 1e-4) bad++ }
	END { print n, bad + 0 }')" '16 0' "PyTorch's layout gives the same"
is "$(feat json tf.feat | jq -c '[.v000,.v001]' | sed -n 9p)" \
	"$(feat json tf.feat | jq -c '[.v000,.v001]' | sed -n 1p)" \
	'same sound, same vector'
status 0 run tf j4.feat -q -j4
ok cmp tf.feat j4.feat
status 0 run tf again.feat --reuse tf.feat
like "$(tail -1 err)" 'reused=8' 'rows are reused by the sound'
ok cmp tf.feat again.feat
status 0 run torch again.feat --reuse tf.feat
like "$(tail -1 err)" 'err=3 reused=0 ' 'but not of another model'
status 0 run tf five.feat -q --seconds 2
status 1 sh -c 'cmp five.feat tf.feat'
status 0 run pca pca.feat -q
is "$(feat columns pca.feat | awk '{ print $1 }' | tail -1)" v031 \
	'principal components'

# --- the index takes them, of any dimension, but only of one network ---
head -2 in.ndjson >two.ndjson
status 0 build-index -q --index idx --audio tf.feat two.ndjson
ok build-index --verify --index idx
status 4 build-index -q --index idx2 --audio tf.feat --audio torch.feat two.ndjson
status 0 build-index -q --index idx3 --audio pca.feat two.ndjson

# --- what cannot work: status 4, and what to do ---
broken() { # NAME REGEX : in model/
	status 4 run model bad.feat
	like "$(cat err)" "$2" "$1"
	ok test ! -e bad.feat
}
fresh() {
	rm -rf model
	cp -r tf model
}
mkdir model
broken 'no weights' 'neither weights.safetensors nor weights.npz'
fresh
rm model/config.json
broken 'VGGish is what is expected' 'vggish/conv1/weights.*features.0.weight.*config.json'
fresh
head -c 100 tf/weights.safetensors >model/weights.safetensors
broken 'a truncated header' 'fetch or export the weights again'
fresh
head -c 60000 tf/weights.safetensors >model/weights.safetensors
broken 'truncated tensors' 'fetch or export the weights again'
fresh
printf '\377\377\377\377\377\377\377\177' | dd of=model/weights.safetensors \
	conv=notrunc 2>/dev/null
broken 'a huge header' 'no possible size'
fresh
sed 's/\[2304,16\]/[9223372036854775807,16]/' tf/weights.safetensors |
	tail -c +9 >rest
n=$(head -c 8 tf/weights.safetensors | od -An -tu8)
{ le $((n + 15)) 8; cat rest; } >model/weights.safetensors
broken 'a huge shape' 'n/three/weights.*no memory holds'
fresh
"$NETMAKE" tf 9 model/weights.safetensors c:n/one:1:4 c:n/two:5:6
broken 'a wrong shape' 'n/two/weights" is 3 x 3 x 5 x 6, expected 3 x 3 x 4 x any: give'
fresh
"$NETMAKE" tf 9 model/weights.safetensors c:n/one:1:4 c:n/two:4:6
broken 'a missing tensor' 'no tensor "n/three/weights" or "n/three.weight"'
fresh
status 4 run model bad.feat --mels 32
like "$(cat err)" 'expected 1152 x any' 'other bands, other weights'
sed -i 's/"mels": 64/"mels": 30/' model/config.json
broken 'bands that cannot be pooled' 'cannot be pooled'
sed -i 's/"mels": 30/"mels": 5e9/' model/config.json
broken 'impossible bands' '"mels" is not 8 to 256'
echo '{"layers":[{"conv":' >model/config.json
broken 'a torn configuration' 'config.json:.*JSON'
echo '{"layers":[{"lstm":"n/one"}]}' >model/config.json
broken 'an unknown layer' 'layer 1 is none of "conv"'
rm -rf model
cp -r stored model
head -c 20000 stored/weights.npz >model/weights.npz
broken 'a truncated archive' 'weights.npz.*again'
head -c 2000 npy/n/one/weights.npy | sed 's/<f4/<i4/' >npy/n/one/weights.tmp
mv npy/n/one/weights.tmp npy/n/one/weights.npy
rm model/weights.npz
(cd npy && zip -qr ../model/weights.npz .)
broken 'whole numbers' 'n/one/weights: not an array of float32.*numpy.save'
rm -rf model
cp -r pca model
"$NETMAKE" tf 5 model/pca.safetensors p:32:64
broken 'components of another network' 'pca.safetensors: expected pca_eigen_vectors, any x 128'

status 2 embed audio --model tf --features tf.feat in.ndjson
status 2 embed audio --model tf --seconds 0 in.ndjson
status 2 embed audio --model tf --mels 4 in.ndjson
status 2 embed audio --fit x --features tf.feat --mels 64
status 3 sh -c 'MOODPIPE_WORKERS=/nowhere embed audio --model tf \
	--audio-root audio in.ndjson >/dev/null'
done_testing
