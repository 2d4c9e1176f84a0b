# SPDX-License-Identifier: GPL-3.0-or-later
# usage: awk -f misspell.awk TABLE: each row again with one slip of the keyboard
# in the longest word of its first column, and that column as it was at the
# end; rows without a word of four plain letters are left out. The same slips
# every time.
function draw(n) { # a number below n: Lewis, Goodman, Miller
	seed = seed * 16807 % 2147483647
	return int(seed / 2147483647 * n)
}
function slip(w,   i, kind, c, near) {
	i = 2 + draw(length(w) - 2)
	kind = draw(4)
	c = substr(w, i, 1)
	if (kind == 0) # dropped
		return substr(w, 1, i - 1) substr(w, i + 1)
	if (kind == 1) # doubled
		return substr(w, 1, i) substr(w, i)
	if (kind == 2) # swapped with the next
		return substr(w, 1, i - 1) substr(w, i + 1, 1) c \
			substr(w, i + 2)
	near = beside[c]
	return substr(w, 1, i - 1) substr(near, 1 + draw(length(near)), 1) \
		substr(w, i + 1)
}
BEGIN {
	FS = OFS = "\t"
	seed = 20261121
	rows[1] = "qwertyuiop"; rows[2] = "asdfghjkl"; rows[3] = "zxcvbnm"
	for (r = 1; r <= 3; r++)
		for (i = 1; i <= length(rows[r]); i++) {
			c = substr(rows[r], i, 1)
			beside[c] = (i > 1 ? substr(rows[r], i - 1, 1) : "") \
				substr(rows[r], i + 1, 1) \
				(r > 1 ? substr(rows[r - 1], i, 1) : "")
		}
}
{
	n = split($1, word, " ")
	best = 0
	for (i = 1; i <= n; i++)
		if (word[i] ~ /^[a-z][a-z][a-z][a-z]+$/ && \
		    (!best || length(word[i]) > length(word[best])))
			best = i
	if (!best)
		next
	whole = $1
	word[best] = slip(word[best])
	text = word[1]
	for (i = 2; i <= n; i++)
		text = text " " word[i]
	$1 = text
	print $0, whole
}
