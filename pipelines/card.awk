# SPDX-License-Identifier: GPL-3.0-or-later
# usage: awk -f card.awk FIGURES CARD: the card with the lines "@SET NAME ...@"
# replaced by rows of a table: the named figures of that set of train --report.
FILENAME == ARGV[1] {
	split($0, cell, "\t")
	value[cell[1], cell[2]] = cell[3]
	next
}
/^@.*@$/ {
	n = split(substr($0, 2, length($0) - 2), word, " ")
	for (i = 2; i <= n; i++)
		if (!((word[1], word[i]) in value)) {
			print "card.awk: no figure " word[i] " of " word[1] \
			    > "/dev/stderr"
			exit 1
		} else
			printf "| %s | %s | %.3f |\n", word[1], word[i], \
				value[word[1], word[i]]
	next
}
{ print }
