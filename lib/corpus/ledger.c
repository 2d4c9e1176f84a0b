/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/ledger.h"

#include "io/json.h"

void ledger_line(const struct ledger_entry *e, struct str *out)
{
	str_reset(out);
	str_putc(out, '{');
	if (e->id.p) {
		str_puts(out, "\"id\":");
		json_put_string(out, e->id);
		str_putc(out, ',');
	}
	str_puts(out, "\"file\":");
	json_put_string(out, span_of(e->file));
	str_puts(out, ",\"line\":");
	str_u64(out, e->line);
	if (e->reason) {
		str_puts(out, ",\"reason\":");
		json_put_string(out, span_of(e->reason));
	}
	str_puts(out, ",\"raw\":");
	json_put_string(out, e->raw);
	str_putc(out, '}');
}
