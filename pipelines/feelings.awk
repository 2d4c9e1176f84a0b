# SPDX-License-Identifier: GPL-3.0-or-later
# usage: awk -f feelings.awk FEELINGS EMOTAG: names of feelings and emoji as
# labelled texts, "label TAB text". An emoji has the emotion that EmoTag1200 rates
# highest, if that is clear (0.4 or more), alone and three in a row; a heart that
# is glad is love.
FILENAME == ARGV[1] {
	split($0, cell, "\t")
	print cell[2] "\t" cell[1]
	next
}
FNR == 1 {
	n = split($0, name, ",")
	next
}
{
	n = split($0, cell, ",")
	best = 0
	for (i = n - 7; i <= n; i++) {
		emotion = name[i - n + 11]
		if (emotion != "anticipation" && emotion != "trust" && \
		    cell[i] >= 0.4 && (!best || cell[i] > cell[best]))
			best = i
	}
	if (best) {
		emotion = name[best - n + 11]
		if (emotion == "joy" && cell[3] ~ /heart/)
			emotion = "love"
		print emotion "\t" cell[2]
		print emotion "\t" cell[2] cell[2] cell[2]
	}
}
