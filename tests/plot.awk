# SPDX-License-Identifier: GPL-3.0-or-later
# A plot (SVG) of tab-separated lines: panel, series, x, y. Points of a series
# are joined in the order in which they come.
#   -v x=LABEL -v y=LABEL  of the axes; without y the panel's name is its label
#   -v log_x=1             a logarithmic axis
#   -v log_y="P|Q"         in these panels, where values span a factor of 4
#   -v shares="P|Q"        panels that show 0.9 to 1 in any case
BEGIN {
	FS = "\t"
	width = 460; height = 320; columns = 2
	left = 64; right = 20; top = 44; bottom = 48
	split("#1b6ca8 #d1495b #2e8b57 #b8860b #6a4c93 #444444", color, " ")
}

$3 != "" && $4 != "" && !(log_x && $3 <= 0) {
	if (!($1 in panel_of)) {
		panel[++panels] = $1
		panel_of[$1] = panels
	}
	p = panel_of[$1]
	if (!((p, $2) in series_of)) {
		series[p, ++count[p]] = $2
		series_of[p, $2] = count[p]
	}
	s = series_of[p, $2]
	i = ++points[p, s]
	px[p, s, i] = $3 + 0
	py[p, s, i] = $4 + 0
	widen(p, "x", $3 + 0)
	widen(p, "y", $4 + 0)
}

function widen(p, axis, v)
{
	if (!((p, axis) in low) || v < low[p, axis])
		low[p, axis] = v
	if (!((p, axis) in high) || v > high[p, axis])
		high[p, axis] = v
}

function escape(s)
{
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	return s
}

function is_log(p, axis)
{
	if (axis == "x")
		return log_x + 0
	return low[p, axis] > 0 && high[p, axis] > 4 * low[p, axis] &&
	    index("|" log_y "|", "|" panel[p] "|") > 0
}

function floor(v)
{
	return int(v) - (int(v) > v)
}

function step_of(range,    unit, n)
{
	unit = 10 ^ floor(log(range / 5) / log(10) + 1e-9)
	n = range / unit
	return unit * (n > 25 ? 5 : n > 10 ? 2 : 1)
}

# The ends of an axis, and its ticks: tick[1..ticks]
function scale(p, axis,    lo, hi, step, v, k, e, span)
{
	lo = low[p, axis]
	hi = high[p, axis]
	ticks = 0
	logarithmic = is_log(p, axis)
	if (logarithmic) {
		span = log(hi / lo) / log(10)
		for (e = floor(log(lo) / log(10)); 10 ^ e <= hi; e++)
			for (k = 1; k <= 5; k = k == 1 ? 2 : k + 3) {
				v = k * 10 ^ e
				if (v <= lo * 1.001)
					from = v
				if ((k == 1 || span < 2.5) && v >= lo * 0.999 &&
				    v <= hi * 1.001)
					tick[++ticks] = v
			}
		from = lo * (lo / hi) ^ 0.05
		to = hi * (hi / lo) ^ 0.05
		if (from == to) {
			from = lo / 2
			to = hi * 2
		}
		return
	}
	step = step_of(hi > lo ? hi - lo : (hi ? hi : 1) / 2)
	from = step * floor(lo / step)
	to = step * -floor(-hi / step)
	if (from == to)
		to = from + step
	for (k = 0; from + k * step <= to + step / 1000; k++)
		tick[++ticks] = from + k * step
}

function place(v, size)
{
	if (logarithmic)
		return size * log(v / from) / log(to / from)
	return size * (v - from) / (to - from)
}

function number(v)
{
	if (v >= 1e6)
		return sprintf("%gM", v / 1e6)
	if (v >= 1e3)
		return sprintf("%gk", v / 1e3)
	return sprintf("%.4g", v)
}

function text(at_x, at_y, anchor, s)
{
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
	    at_x, at_y, anchor, escape(s)
}

function line(x1, y1, x2, y2)
{
	printf "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#ccc\"/>\n",
	    x1, y1, x2, y2
}

function draw(p,    w, h, k, s, i, at, path, mark)
{
	w = width - left - right
	h = height - top - bottom
	printf "<g transform=\"translate(%d %d)\">\n",
	    (p - 1) % columns * width + left,
	    int((p - 1) / columns) * height + top
	text(w / 2, -28, "middle", panel[p])
	scale(p, "x")
	for (k = 1; k <= ticks; k++) {
		at = place(tick[k], w)
		line(at, 0, at, h)
		text(at, h + 16, "middle", number(tick[k]))
	}
	for (s = 1; s <= count[p]; s++)
		for (i = 1; i <= points[p, s]; i++)
			sx[s, i] = place(px[p, s, i], w)
	text(w / 2, h + 36, "middle", x)
	scale(p, "y")
	for (k = 1; k <= ticks; k++) {
		at = h - place(tick[k], h)
		line(0, at, w, at)
		text(-6, at + 4, "end", number(tick[k]))
	}
	if (y != "")
		printf "<text transform=\"translate(-46 %.1f) rotate(-90)\" " \
		    "text-anchor=\"middle\">%s</text>\n", h / 2, escape(y)
	for (s = 1; s <= count[p]; s++) {
		path = mark = ""
		for (i = 1; i <= points[p, s]; i++) {
			at = sprintf("%.1f %.1f", sx[s, i],
			    h - place(py[p, s, i], h))
			path = path (i > 1 ? "L" : "M") at
			mark = mark "M" at "h0"
		}
		printf "<path d=\"%s\" fill=\"none\" stroke=\"%s\" " \
		    "stroke-width=\"2\"/>\n", path, color[(s - 1) % 6 + 1]
		printf "<path d=\"%s\" stroke=\"%s\" stroke-width=\"7\" " \
		    "stroke-linecap=\"round\"/>\n", mark, color[(s - 1) % 6 + 1]
		printf "<g fill=\"%s\">", color[(s - 1) % 6 + 1]
		text((s - 0.5) * w / count[p], -10, "middle", series[p, s])
		print "</g>"
	}
	print "</g>"
}

END {
	rows = int((panels + columns - 1) / columns)
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" " \
	    "height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n",
	    width * (panels < columns ? panels : columns), height * rows
	print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
	for (p = 1; p <= panels; p++) {
		if (index("|" shares "|", "|" panel[p] "|")) {
			widen(p, "y", 0.9)
			widen(p, "y", 1)
		}
		draw(p)
	}
	print "</svg>"
}
