# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Part of tests/answers.sh: asking by example, and again with marks, on its
# corpus of labelled clips ($tmp/clips, tracks, labels, asked, clips.answers).

# MEMBERS: of the first ten for what is like each living track and more, the
# share of the same quadrant, of high arousal and of positive valence, by label
like_row() {
	awk -F'\t' '$5 != "dead" { print $1 }' "$tmp/tracks" |
		jq -Rc --argjson more "$1" '{like: [.], qid: ., top_k: 10} + $more' |
		query -q --index "$tmp/clips/index" |
		rerank -q --index "$tmp/clips/index" --format trec |
		awk -v members="$1" 'NR == FNR { q[$1] = $2; next }
			{ n++; same += q[$1] == q[$3]
				high += q[$3] ~ /Q[12]/; good += q[$3] ~ /Q[14]/ }
			END { printf "%s\t%.3f\t%.3f\t%.3f\n", members, same / n,
				high / n, good / n }' "$tmp/labels" -
}
by_example() {
	local members
	{
		printf 'like a track, and\tits quadrant\thigh arousal\tpositive\n'
		for members in '{}' '{"more":["energetic"]}' \
			'{"less":["energetic"]}' '{"more":["happy"]}' \
			'{"less":["happy"]}'; do
			like_row "$members"
		done
	} | column -t -s$'\t'
}

# TSV of two columns: an object
as_object() { jq -Rn '[inputs | split("\t") | {(.[0]): .[1]}] | add' "$1"; }
# Of each request's first ten up to three that are right are kept, up to three
# that are not are dropped. Right of the ten that follow, and of ten others that
# come when it is asked again.
by_marks() {
	as_object "$tmp/labels" >"$tmp/label.json"
	as_object "$tmp/asked" >"$tmp/asked.json"
	# shellcheck disable=SC2016 # jq's
	local marked='def right: $told[0][.] == $want[0][$q];
		[.results[].track_id] as $ids | $ids[:10] as $ten |
		{query, qid: $q, top_k: 50,
		 keep: [$ten[] | select(right)][:3],
		 unlike: [$ten[] | select(right | not)][:3]}'
	jq -c --slurpfile told "$tmp/label.json" \
		--slurpfile want "$tmp/asked.json" ".qid as \$q | $marked" \
		"$tmp/clips.answers" | query -q --index "$tmp/clips/index" |
		rerank -q --index "$tmp/clips/index" >"$tmp/again"
	jq -nr --slurpfile told "$tmp/label.json" \
		--slurpfile want "$tmp/asked.json" \
		--slurpfile first "$tmp/clips.answers" \
		--slurpfile again "$tmp/again" '
		def mean: add / length * 1000 | round / 1000;
		[range($first | length) | [$first[.], $again[.]] |
		 .[0].qid as $q | map([.results[].track_id]) as [$a, $b] |
		 def right: map(select($told[0][.] == $want[0][$q])) | length / 10;
		 $a[:10] as $ten | [($ten | right), ($a[10:20] | right),
			($b - $ten | .[:10] | right)]] |
		"the first ten \(map(.[0]) | mean), the next ten " +
		"\(map(.[1]) | mean), ten others asked with marks " +
		"\(map(.[2]) | mean)"'
}
