# SPDX-License-Identifier: GPL-3.0-or-later
# Facts of planned.sh and what things cost (data/plan.tsv, a corpus' own
# report/costs.tsv behind "own") -> what a build would take: a table for people,
# or (json) an object. Run by plan.sh.
BEGIN {
	FS = "\t"
	factor = 1
	nkinds = split("links recover sound", kinds, " ")
	ngroups = split("look read ask tell listen join describe feel vectors" \
	    " models index report", groups, " ")
	nparts = split("state audio shards models index index-encoder report",
	    parts, " ")
	does["read"] = "of the crawl"
	does["ask"] = "prepared for the network"
	does["tell"] = "joined with answers"
	does["listen"] = "decoded and measured"
	does["join"] = "compared"
	does["describe"] = "described"
	does["feel"] = "given feelings and moods"
	does["vectors"] = "given vectors"
	does["models"] = "fitted"
	does["index"] = "written anew"
	does["report"] = "written anew"
	does["look"] = "for what is new"
	asks["links"] = "links"
	asks["recover"] = "lost tracks"
	asks["sound"] = "audio"
	noun["links"] = "links"
	noun["recover"] = "questions"
	noun["sound"] = "files"
	noun["track"] = "tracks"
}
/^#/ || NF == 0 { next }
$1 == "cpu" {
	unit[$2] = $3; run[$2] = $4; each[$2] = $5; again[$2] = $6
	group[$2] = $7; needs[$2] = $8
	next
}
$1 == "encoder" && NF == 3 { encoder_rate[$2] = $3; next }
$1 == "disk" && NF > 3 {
	fixed[$2] = $3; per_track[$2] = $4; per_sound[$2] = $5; root[$2] = $6
	next
}
$1 == "guess" { guess[$2] = $3; next }
$1 == "own" {	# stage kind runs units seconds
	own_runs[$2, $3] = $4; own_units[$2, $3] = $5; own_s[$2, $3] = $6
	next
}
$1 == "encoder" {
	unit[$2] = "track"; run[$2] = 0.5; group[$2] = "vectors"
	each[$2] = encoder_rate[$3] * $4 / 1024; again[$2] = 0.00001
	encoder = $2
	next
}
$1 == "budget" { budget[$2] = $3; next }
$1 == "tracks" { tracks = $2; fresh = $3; changed = $4; gone = $5; next }
$1 == "place" {
	n = ++places[$2]
	place[$2, n] = $3; wanted[$2, n] = $4; unasked[$2, n] = $5
	due[$2, n] = $6; rate[$2, n] = $7
	next
}
$1 == "target" { t = ++ntargets; stage[t] = $2; of[t] = $3; absent[t] = $4; next }
$1 == "shard" {
	shard[++nshards] = $2
	has[$2] = $3; anew[$2] = $4; sounds[$2] = $5; newsounds[$2] = $6
	next
}
$1 == "disk" { now[$2] = $3 * 1024; next }
$1 == "generation" { current[$2] = $3 * 1024; next }
$1 == "stored" { stored = $2; stored_bytes = $3; next }
$1 == "asked" { asked[$2] = $3; made[$2] = $4; got[$2] = $5; next }
$1 == "life" { lived = $3 + $4; died = $6; judged = $3 + $4 + $5 + $6; next }
$1 == "against" { against[++nagainst] = $2; next }
{ fact[$1] = $2; if ($1 == "factor") factor = $2 }

function share(a, b, otherwise) { return b > 0 ? a / b : guess[otherwise] }
function ceil(x) { return x > int(x) ? int(x) + 1 : int(x) }
function least(a, b) { return a < b ? a : b }
function most(a, b) { return a > b ? a : b }

# Of each: requests, and bytes.
function set_rates(	i, k) {
	for (i = 1; i <= nkinds; i++) {
		k = kinds[i]
		requests_of[k] = share(made[k], asked[k], k "-requests")
		if (k == "sound")
			bytes_of[k] = share(stored_bytes, stored, k "-bytes")
		else
			bytes_of[k] = requests_of[k] * \
			    share(got[k], got[k] > 0 ? made[k] : 0, k "-bytes")
	}
	alive = share(lived, judged, "alive")
	dead = share(died, judged, "dead")
	heard = share(least(known_sounds, lived), known_sounds > 0 ? lived : 0, "sound")
}

# What links that were never asked will lead to, by place.
function expect(	n, m, k, of_host, unknown) {
	if (budget["links"] + 0 == 0)
		return
	for (m = 1; m <= places["sound"]; m++)
		of_host[place["sound", m]] = m
	for (n = 1; n <= places["links"]; n++) {
		unknown = unasked["links", n]
		fresh_links += unknown
		if (!unknown)
			continue
		k = place["links", n]
		if (!(k in of_host)) {
			m = of_host[k] = ++places["sound"]
			place["sound", m] = k
			rate["sound", m] = rate["links", n]
		}
		more["sound", of_host[k]] += unknown * alive
	}
	for (n = 1; n <= places["recover"]; n++)
		more["recover", n] += fresh_links * dead
}

# Requests of a kind: in all, in the time of one build, and how long it takes;
# part: of the links that were never asked, those that this build asks.
function ask(k, part,	n, d, r, s, fits) {
	for (n = 1; n <= places[k]; n++) {
		d = (due[k, n] + more[k, n]) * factor
		r = d * requests_of[k]
		s = r / pace(k, n)
		expected[k] += more[k, n] * factor
		all_due[k] += d
		all_requests[k] += r
		if (s > longest[k]) {
			longest[k] = s
			busiest[k] = n
		}
		d = (due[k, n] + more[k, n] * part) * factor
		s = d * requests_of[k] / pace(k, n)
		fits = s > budget[k] ? budget[k] / s : 1
		this_due[k] += d * fits
		this_requests[k] += d * fits * requests_of[k]
		if (s * fits > this_s[k])
			this_s[k] = s * fits
	}
	all_bytes[k] = all_due[k] * bytes_of[k] * (k == "sound" ? heard : 1)
	this_bytes[k] = this_due[k] * bytes_of[k] * (k == "sound" ? heard : 1)
	nights[k] = budget[k] > 0 ? ceil(longest[k] / budget[k]) : 0
	network_s += this_s[k]
}
function pace(k, n) { return rate[k, n] > 0 ? rate[k, n] : guess["rate"] }

# Seconds that a unit costs by what the corpus measured, else by the table.
function measured(s, kind, otherwise,	spent) {
	if (own_units[s, kind] + 0 == 0)
		return otherwise
	spent = own_s[s, kind] - own_runs[s, kind] * run[s]
	own_used[group[s]] = 1
	return most(spent / own_units[s, kind], otherwise / 10)
}

function is_full(s, t) {
	if (absent[t] || kind_of_model(s) || needs[s] in made_anew)
		return 1
	return (unit[s] == "sound" ? "columns" : "release") in fact
}
function kind_of_model(s) { return s ~ /\.(pack|tsv)$/ || s == ".built" }

function cost(s, full, n, some,	c, a) {
	c = measured(s, "fresh", each[s])
	a = measured(s, "again", again[s])
	if (full)
		return run[s] + c * n
	return run[s] + least(a, c) * n + c * some
}

# Of the tracks of a shard, those that this build would compute.
function news(d) {
	return least(has[d], anew[d] + told_news * has[d] / most(all_tracks, 1))
}

function work(t, s, d,	g, n, some, x, full) {
	if (!(s in unit))
		return
	g = group[s]
	n = tracks * factor
	some = 0
	if (d in has) {
		x = has[d] / most(all_tracks, 1)
		n *= x
		some = news(d) * factor
	}
	if (unit[s] == "sound") {
		n = known_sounds + local_news + sounds_to_come
		if (d in has) {
			n = sounds[d] * factor + sounds_to_come * x
			some = newsounds[d] * factor + sounds_to_come * x
		}
	}
	full = !(d in has) || is_full(s, t)
	cpu[g] += cost(s, full, n, some)
	runs[g]++
	done[s] += full ? n : some
	if (!kind_of_model(s))
		units[g] = most(units[g], done[s])
}

function size_after(p,	n, then, was, t) {
	n = tracks * factor
	t = fact["before"] * 1
	then = fixed[p] + per_track[p] * n + per_sound[p] * all_sounds + \
	    root[p] * sqrt(n)
	was = p in current ? current[p] : now[p]
	if (was > 0 && t > 0) {
		then *= was
		then /= fixed[p] + per_track[p] * t + \
		    per_sound[p] * known_sounds + root[p] * sqrt(t)
	}
	return then + current[p]	# one generation before it is kept
}

function disk(	i, p) {
	for (i = 1; i <= nparts; i++) {
		p = parts[i]
		after[p] = now[p] + 0
		if (p == "audio")
			after[p] += this_due["sound"] * heard * bytes_of["sound"]
		else if (p == "state")
			after[p] = most(size_after(p), now[p]) + guess["history"] * \
			    (this_due["links"] + this_due["recover"] + this_due["sound"])
		else if (p == "index-encoder" ? encoder != "" : goes_on)
			after[p] = size_after(p)
		if (p == "audio" && fact["quota"] != "")
			after[p] = least(after[p], most(bytes(fact["quota"]), now[p]))
		disk_now += now[p]
		disk_after += after[p]
	}
	peak = disk_after	# the third generation beside the others
	if (runs["index"])
		peak += most(now["index"] - current["index"], 0) + \
		    most(now["index-encoder"] - current["index-encoder"], 0)
	if (peak > disk_now && peak - disk_now > fact["free"] * 1024)
		against[++nagainst] = "not enough room: about " \
		    size(peak - disk_now) " more at the most, and " \
		    size(fact["free"] * 1024) " are free"
}

function bytes(text,	n, u) {
	n = text + 0
	u = toupper(text)
	return n * 1024 ^ (u ~ /T/ ? 4 : u ~ /G/ ? 3 : u ~ /M/ ? 2 : u ~ /K/)
}

function reckon(	i, t, d) {
	for (i = 1; i <= nshards; i++) {
		d = shard[i]
		all_tracks += has[d]
		known_sounds += (sounds[d] - newsounds[d]) * factor
		local_news += newsounds[d] * factor
	}
	set_rates()
	expect()
	ask("links", 1)
	i = all_due["links"] > 0 ? this_due["links"] / all_due["links"] : 0
	ask("recover", i)
	ask("sound", i)
	sounds_to_come = this_due["sound"] * heard
	all_sounds = known_sounds + local_news + sounds_to_come
	told_news = least(this_due["links"], fresh_links)
	told_news += guess["news"] * (this_due["links"] - told_news) + \
	    sounds_to_come
	for (t = 1; t <= ntargets; t++)
		if (kind_of_model(stage[t]))
			made_anew[stage[t]] = 1
	for (t = 1; t <= ntargets; t++) {
		work(t, stage[t], of[t])
		if (stage[t] != ".ingested" && stage[t] in unit)
			goes_on = 1
		if (stage[t] == ".ingested" && local_news)
			cpu["read"] += local_news * each["tags"]
	}
	if (places["links"] + places["recover"] + places["sound"])
		cpu["ask"] += cost("asking", 1, tracks * factor, 0)
	if (goes_on)
		cpu["report"] += cost("report", 1, tracks * factor, 0)
	cpu["look"] = run["start"]
	for (i = 1; i <= ngroups; i++)
		total_cpu += cpu[groups[i]]
	for (i = 1; i <= nkinds; i++) {
		total_requests += all_requests[kinds[i]]
		total_bytes += all_bytes[kinds[i]]
		now_requests += this_requests[kinds[i]]
		now_bytes += this_bytes[kinds[i]]
	}
	wall = network_s + total_cpu / most(fact["jobs"], 1)
	disk()
}

# --- for people ---

function count(n,	s, r) {
	s = sprintf("%.0f", n)
	r = ""
	while (length(s) > 3) {
		r = "," substr(s, length(s) - 2) r
		s = substr(s, 1, length(s) - 3)
	}
	return s r
}
function size(n) {
	if (n < 1e3) return sprintf("%d B", n)
	if (n < 1e6) return sprintf("%.0f kB", n / 1e3)
	if (n < 1e9) return sprintf(n < 1e7 ? "%.1f MB" : "%.0f MB", n / 1e6)
	if (n < 1e12) return sprintf(n < 1e10 ? "%.1f GB" : "%.0f GB", n / 1e9)
	return sprintf("%.1f TB", n / 1e12)
}
function span(s) {
	if (s < 0.05) return "0 s"
	if (s < 9.95) return sprintf("%.1f s", s)
	if (s < 120) return sprintf("%.0f s", s)
	if (s < 7200) return sprintf("%.0f min", s / 60)
	if (s < 172800) return sprintf("%.1f hours", s / 3600)
	return sprintf("%.1f days", s / 86400)
}
function plural(n, one, many) {
	return count(n) " " (count(n) == "1" ? one : many)
}
function row(a, b, c, d, e) { printf "%-12s%-40s%9s%10s%8s\n", a, b, c, d, e }
function dash(n, text) { return n > 0 ? text : "-" }

function print_network(	i, k, some) {
	for (i = 1; i <= nkinds; i++) {
		k = kinds[i]
		if (!(k in places) && !(k in budget))
			continue
		if (budget[k] + 0 == 0) {
			row(asks[k], all_due[k] ? \
			    count(all_due[k]) " " noun[k] " due; nobody is asked" : \
			    "nobody is asked", "-", "-", "-")
			continue
		}
		some = count(this_due[k]) " " noun[k]
		if (this_due[k] < all_due[k] - 0.5)
			some = some " of " count(all_due[k])
		if (expected[k] > 0)
			some = "about " some
		row(asks[k], all_due[k] ? some : "nothing is due",
		    dash(this_requests[k], count(this_requests[k])),
		    dash(this_bytes[k], size(this_bytes[k])), "-")
	}
}
function print_nights(	i, k, n, r) {
	for (i = 1; i <= nkinds; i++) {
		k = kinds[i]
		if (nights[k] < 2)
			continue
		n = busiest[k]
		r = rate[k, n]
		printf "%-12s%s: %s builds of %s, or %s without a pause\n",
		    (shown ? "" : "in all"), asks[k], count(nights[k]),
		    span(budget[k]), span(longest[k])
		printf "%-12s(%s, the busiest: %s)\n", "", place[k, n], (r > 0 ? \
		    plural(r, "request a second", "requests a second") : \
		    "any number of requests a second")
		shown = 1
	}
	if (shown)
		printf "%-12s%s requests, %s\n", "", count(total_requests),
		    size(total_bytes)
}
function print_people(	i, g, p, own) {
	for (i = 1; i <= nagainst; i++)
		print "! " against[i]
	printf "%-12s%s%s\n", "corpus", fact["corpus"],
	    fact["new"] ? " (a new one)" : ""
	if ("broken" in fact)
		return
	printf "%-12s%s\n", "crawl", fact["crawl"]
	if (fact["building"])
		printf "%-12s%s\n", "", "a build is under way: what it has done" \
		    " is not counted again"
	printf "%-12s%s", "tracks", count(tracks * factor)
	if (fresh || changed || gone)
		printf ": %s new, %s changed, %s gone", count(fresh * factor),
		    count(changed * factor), count(gone)
	else
		printf ", none new or changed"
	printf "\n"
	if (factor > 1)
		printf "%-12s%s\n", "", "reckoned from a part, 1 in " \
		    sprintf("%.1f", factor)
	if ("release" in fact)
		printf "%-12s%s\n", "", "another release of moodpipe or of its" \
		    " tables: at most all is made anew"
	printf "\n"
	row("", "", "requests", "download", "CPU")
	print_network()
	for (i = 1; i <= ngroups; i++) {
		g = groups[i]
		if (cpu[g] < 0.005 && !runs[g])
			continue
		own = own || own_used[g]
		if (units[g] < 0.5)
			p = does[g]
		else if (g == "listen")
			p = plural(units[g], "sound", "sounds") " " does[g]
		else
			p = plural(units[g], "track", "tracks") " " does[g]
		row(g, p, "-", "-", span(cpu[g]))
	}
	row("this build", "", dash(now_requests, count(now_requests)),
	    dash(now_bytes, size(now_bytes)), span(total_cpu))
	print_nights()
	printf "\n%-12sabout %s: %s of the network, %s of work for %s\n", "time",
	    span(wall), span(network_s), span(total_cpu / most(fact["jobs"], 1)),
	    plural(fact["jobs"], "thread", "threads")
	printf "%-12s%s now, about %s then", "disk", size(disk_now), size(disk_after)
	if (peak > disk_after * 1.05)
		printf ", %s while it is built", size(peak)
	printf "; %s are free\n", size(fact["free"] * 1024)
	printf "%-12s%s\n", "by", own ? \
	    "what this corpus has taken so far, else data/plan.tsv" : \
	    "measurements elsewhere, data/plan.tsv"
	if (all_due["sound"] && !stored)
		printf "%-12sa file of audio is taken for %s\n", "",
		    size(bytes_of["sound"])
}

# --- for programs ---

function quoted(s,	r, i, c) {
	r = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c == "\"" || c == "\\")
			c = "\\" c
		else if (c < " ")
			c = " "
		r = r c
	}
	return "\"" r "\""
}
function num(n) { return sprintf("%.10g", n) }
function whole(n) { return sprintf("%.0f", n) }
function json_asked(	i, k, n, sep, first) {
	printf "\"network\":["
	for (i = 1; i <= nkinds; i++) {
		k = kinds[i]
		if (!(k in budget))
			continue
		printf "%s{\"what\":%s,\"budget_seconds\":%s", sep, quoted(k),
		    num(budget[k])
		printf ",\"due\":%s,\"requests\":%s,\"bytes\":%s,\"seconds\":%s",
		    whole(all_due[k]), whole(all_requests[k]),
		    whole(all_bytes[k]), num(longest[k])
		printf ",\"expected\":%s", whole(expected[k])
		printf ",\"builds\":%s,\"now\":{\"due\":%s,\"requests\":%s," \
		    "\"bytes\":%s}", num(nights[k]), whole(this_due[k]),
		    whole(this_requests[k]), whole(this_bytes[k])
		printf ",\"places\":["
		first = ""
		for (n = 1; n <= places[k]; n++) {
			printf "%s{\"place\":%s,\"wanted\":%s,\"due\":%s,\"rate\":%s}",
			    first, quoted(place[k, n]),
			    whole(wanted[k, n] * factor), whole(due[k, n] * factor),
			    (rate[k, n] > 0 ? num(rate[k, n]) : "null")
			first = ","
		}
		printf "]}"
		sep = ","
	}
	printf "]"
}
function print_json(	i, g, p, sep) {
	printf "{\"corpus\":%s,\"build\":%s,\"against\":[", quoted(fact["corpus"]),
	    quoted(fact["of"])
	for (i = 1; i <= nagainst; i++)
		printf "%s%s", (i > 1 ? "," : ""), quoted(against[i])
	printf "]"
	if ("broken" in fact) {
		print "}"
		return
	}
	printf ",\"crawl\":%s,\"new\":%s,\"building\":%s,\"sampled\":%s",
	    quoted(fact["crawl"]), fact["new"] ? "true" : "false",
	    fact["building"] ? "true" : "false", num(factor)
	printf ",\"tracks\":{\"before\":%s,\"after\":%s,\"new\":%s," \
	    "\"changed\":%s,\"gone\":%s},", whole(fact["before"]),
	    whole(tracks * factor), whole(fresh * factor),
	    whole(changed * factor), whole(gone)
	json_asked()
	printf ",\"stages\":["
	for (i = 1; i <= ngroups; i++) {
		g = groups[i]
		if (cpu[g] < 0.005 && !runs[g])
			continue
		printf "%s{\"stage\":%s,\"runs\":%s,\"computed\":%s," \
		    "\"cpu_seconds\":%.3f,\"measured\":%s}", sep, quoted(g),
		    whole(runs[g]), whole(units[g]), cpu[g],
		    own_used[g] ? "true" : "false"
		sep = ","
	}
	printf "],\"disk\":{\"now\":%s,\"after\":%s,\"peak\":%s,\"free\":%s," \
	    "\"parts\":{", whole(disk_now), whole(disk_after), whole(peak),
	    whole(fact["free"] * 1024)
	for (i = 1; i <= nparts; i++)
		printf "%s%s:{\"now\":%s,\"after\":%s}", (i > 1 ? "," : ""),
		    quoted(parts[i]), whole(now[parts[i]]), whole(after[parts[i]])
	printf "}},\"this_build\":{\"requests\":%s,\"bytes\":%s," \
	    "\"cpu_seconds\":%.3f,\"jobs\":%s,\"wall_seconds\":%.3f}",
	    whole(now_requests), whole(now_bytes), total_cpu,
	    num(fact["jobs"]), wall
	printf ",\"in_all\":{\"requests\":%s,\"bytes\":%s}}\n",
	    whole(total_requests), whole(total_bytes)
}

END {
	if (!("broken" in fact))
		reckon()
	if (json)
		print_json()
	else
		print_people()
	exit nagainst > 0
}
