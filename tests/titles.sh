# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Jamendo's tracks with tags of mood and theme. Sourced.

# FILE, HALF (a or b, by artist): records of id, title, artist, genre, tags (the
# instruments) and hidden, the tags that nobody is to see.
split_titles() {
	jq -c --arg half "$2" '
		def trim: sub("^\\s+"; "") | sub("\\s+$"; "");
		(.artist_id[7:] | tonumber * 40503 % 65536 >= 32768) as $a |
		select($a == ($half == "a")) |
		{id: .track, title: (.title | trim), artist: (.artist | trim),
		 genre: (.genre | join(", ")), tags: .instrument,
		 hidden: .moodtheme}' "$1"
}
