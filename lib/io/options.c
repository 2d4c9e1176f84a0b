/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/options.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/parallel.h"

#define COMMON 9

enum { LONG_ONLY = 0x100 }; /* getopt values of options without a letter */

static const struct option common[COMMON] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "output", required_argument, NULL, 'o' },
	{ "progress", required_argument, NULL, 1 },
	{ "memory", required_argument, NULL, 2 },
	{ "max-errors", required_argument, NULL, 3 },
};

static int usage_error(const struct options *o, int *status, const char *what,
		       const char *value)
{
	fprintf(stderr, "%s: %s%s%s\nTry '%s --help'.\n", o->tool, what,
		value ? ": " : "", value ? value : "", o->tool);
	*status = ERR_USAGE;
	return -1;
}

static int parse_max_errors(struct options *o, struct span s)
{
	double share;

	if (s.n && s.p[s.n - 1] == '%') {
		s.n--;
		if (num_double(s, &share) || share < 0 || share > 100)
			return -1;
		o->max_errors_share = share / 100;
		return 0;
	}
	o->max_errors_share = -1;
	return num_u64(s, &o->max_errors);
}

static int parse_progress(struct options *o, const char *arg)
{
	static const char *const words[] = { "never", "auto", "always" };
	int i;

	for (i = 0; i < 3; i++)
		if (!strcmp(arg, words[i])) {
			o->progress = i;
			return 0;
		}
	return -1;
}

/* What getopt did not take: a letter may stand among others. */
static int refuse(struct options *o, int c, char *const *argv, int *status)
{
	const char *what = c == '?' ? "unknown option" : "option needs a value";
	char letter[3] = { '-', (char)optopt, 0 };
	bool is_long = !strncmp(argv[optind - 1], "--", 2);

	if (c == '?' && is_long && optopt)
		what = "option takes no value";
	return usage_error(o, status, what,
			   is_long || !optopt || optopt >= LONG_ONLY
			       ? argv[optind - 1]
			       : letter);
}

static int answered(const struct options *o, int *status)
{
	*status = 0;
	if (fflush(stdout)) {
		fprintf(stderr, "%s: cannot write standard output\n", o->tool);
		*status = ERR_ENV;
	}
	return -1;
}

/* A common option: 0, or -1 when the process should end. */
static int take_common(struct options *o, int c, const char *arg, int *status)
{
	const char *what;
	int rc;

	switch (c) {
	case 'h':
		fputs(o->usage, stdout);
		return answered(o, status);
	case 'V':
		printf("%s (moodpipe) %s\n", o->tool, MOODPIPE_VERSION);
		return answered(o, status);
	case 'q':
		o->quiet = true;
		return 0;
	case 'v':
		o->verbose++;
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	case 'j':
		what = "--jobs takes a whole number from 1 to 1024, not";
		rc = num_int(span_of(arg), 1, 1024, &o->jobs);
		break;
	case 1:
		what = "--progress takes auto, always or never, not";
		rc = parse_progress(o, arg);
		break;
	case 2:
		what = "--memory takes a size such as 512M, not";
		rc = num_size(span_of(arg), &o->memory);
		if (!rc && o->memory < 1 << 20)
			o->memory = 1 << 20;
		break;
	default:
		what = "--max-errors takes a number or a share such as 5%, not";
		rc = parse_max_errors(o, span_of(arg));
	}
	return rc ? usage_error(o, status, what, arg) : 0;
}

static int take(const struct option_spec *s, const char *arg)
{
	struct option_list *list;

	switch (s->kind) {
	case OPTION_FLAG:
		*(bool *)s->value = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)s->value = arg;
		return 0;
	case OPTION_INT:
		return num_int(span_of(arg),
			       s->lo || s->hi ? s->lo : -(1 << 30),
			       s->lo || s->hi ? s->hi : 1 << 30, s->value);
	case OPTION_REAL:
		return num_double(span_of(arg), s->value);
	case OPTION_SIZE:
		return num_size(span_of(arg), s->value);
	case OPTION_LIST:
		list = s->value;
		MEM_ROOM(list->items, list->count + 1, list->cap);
		list->items[list->count++] = arg;
		return 0;
	}
	return -1;
}

static int refuse_value(const struct options *o, int *status,
			const struct option_spec *s, const char *arg)
{
	char what[128], range[64] = "";

	if (s->lo || s->hi)
		snprintf(range, sizeof(range), " from %d to %d", s->lo, s->hi);
	snprintf(what, sizeof(what), "--%s takes %s%s, not", s->name,
		 s->kind == OPTION_INT    ? "a whole number"
		 : s->kind == OPTION_REAL ? "a number"
					  : "a size such as 512M",
		 range);
	return usage_error(o, status, what, arg);
}

struct tables {
	struct option *longs;
	struct str letters;
	size_t own;
};

static void build(struct tables *t, const struct option_spec *specs)
{
	size_t i;

	for (t->own = 0; specs && specs[t->own].name; t->own++)
		;
	t->longs = mem_zalloc(t->own + COMMON + 1, sizeof(*t->longs));
	str_puts(&t->letters, ":hVj:qvo:");
	for (i = 0; i < t->own; i++) {
		bool flag = specs[i].kind == OPTION_FLAG;

		t->longs[i] =
		    (struct option){ specs[i].name,
				     flag ? no_argument : required_argument,
				     NULL, LONG_ONLY + (int)i };
		if (specs[i].letter) {
			str_putc(&t->letters, specs[i].letter);
			if (!flag)
				str_putc(&t->letters, ':');
		}
	}
	memcpy(t->longs + t->own, common, sizeof(common));
}

static const struct option_spec *spec_of(const struct option_spec *specs,
					 size_t own, int c)
{
	size_t i;

	if (c >= LONG_ONLY)
		return &specs[c - LONG_ONLY];
	for (i = 0; i < own; i++)
		if (specs[i].letter && specs[i].letter == c)
			return &specs[i];
	return NULL;
}

static void release_lists(const struct option_spec *specs)
{
	for (const struct option_spec *s = specs; s && s->name; s++) {
		struct option_list *l = s->value;

		if (s->kind != OPTION_LIST)
			continue;
		free(l->items);
		*l = (struct option_list){ 0 };
	}
}

int options_parse(struct options *o, const char *tool, const char *usage,
		  const struct option_spec *specs, int argc, char **argv,
		  int *status)
{
	struct tables t = { 0 };
	const struct option_spec *s;
	int c, rc = 0;

	*o = (struct options){ .tool = tool,
			       .usage = usage,
			       .jobs = parallel_cpus(),
			       .progress = 1,
			       .memory = (size_t)1 << 30,
			       .max_errors = UINT64_MAX,
			       .max_errors_share = -1 };
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error */
	build(&t, specs);
	opterr = 0;
	while (!rc && (c = getopt_long(argc, argv, t.letters.p, t.longs,
				       NULL)) != -1) {
		s = spec_of(specs, t.own, c);
		if (c == '?' || c == ':')
			rc = refuse(o, c, argv, status);
		else if (!s)
			rc = take_common(o, c, optarg, status);
		else if (take(s, optarg))
			rc = refuse_value(o, status, s, optarg);
	}
	str_release(&t.letters);
	free(t.longs);
	if (rc)
		release_lists(specs);
	return rc ? -1 : optind;
}

/* Messages name ids and files of the crawl: nothing in them may steer a
 * terminal. */
static void mask(char *s)
{
	unsigned char *p = (unsigned char *)s;

	for (; *p; p++)
		if (*p < ' ' || *p == 0x7f)
			*p = '?';
		else if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
			p[0] = p[1] = '?'; /* C1 */
}

void options_say(const struct options *o, const char *message)
{
	char *masked = mem_dup(message, strlen(message));

	mask(masked);
	fprintf(stderr, "%s: %s\n", o->tool, masked);
	free(masked);
}

int options_fail(const struct options *o, const struct err *err)
{
	options_say(o, err->message);
	return (int)err->status;
}
