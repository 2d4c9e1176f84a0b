/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Listening: what workers may do to us (tests/helpers/unruly poses as one), and
 * what the real ones hear. Tags are written here byte by byte.
 */
#include "testing.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/stat.h>

#include "audio/features.h"
#include "audio/listener.h"
#include "audio/logmel.h"

static struct listener *listener;
static struct heard heard;
static struct err err;

static int real(void **state)
{
	(void)state;
	setenv("MOODPIPE_WORKERS", getenv("BIN"), 1);
	listener = listener_new(10);
	return 0;
}

/* A folder in which unruly is the worker. */
static int posed(void **state)
{
	char *dir = test_path("posed");
	struct str from = { 0 }, to = { 0 };

	(void)state;
	mkdir(dir, 0700);
	str_printf(&from, "%s/tests/helpers/unruly", getenv("BUILD"));
	str_printf(&to, "%s/worker", dir);
	if (symlink(str_z(&from), str_z(&to)) != 0)
		assert_int_equal(access(str_z(&to), X_OK), 0);
	setenv("MOODPIPE_WORKERS", dir, 1);
	str_release(&from);
	str_release(&to);
	free(dir);
	listener = listener_new(10);
	return 0;
}

static int end(void **state)
{
	(void)state;
	listener_free(listener);
	heard_release(&heard);
	return 0;
}

static int hear(const void *p, size_t n, unsigned wishes)
{
	char *path = test_path("sound");
	int fd, rc;

	test_save(path, p, n);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	memset(&err, 0, sizeof(err));
	rc = listener_hear(listener, fd, wishes, &heard, &err);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
	close(fd);
	free(path);
	return rc;
}

static int says(const char *word)
{
	return hear(word, strlen(word), LISTENER_FEATURES);
}

/* One worker answers many files; a failure of one is its own. */
static void test_reuse(void **state)
{
	(void)state;
	for (int i = 1; i <= 5; i++) {
		assert_int_equal(says("fine"), 0);
		assert_string_equal(str_z(&heard.title), "fine");
		assert_true(heard.length == i && heard.seconds == 10);
		assert_true(isnan(heard.values[0]));
	}
	assert_int_equal(says("bad"), -1);
	assert_status(&err, ERR_RECORD);
	assert_string_equal(err.code, "undecodable");
	assert_string_equal(err.message, "it is bad");
	assert_int_equal(heard.status, FEAT_UNDECODABLE);
	assert_int_equal(says("gone"), -1);
	assert_string_equal(err.code, "missing");
	assert_int_equal(says("fine"), 0);
	assert_true(heard.length == 8);
}

static void dies(const char *word, enum feat_status status, const char *how)
{
	assert_int_equal(says(word), -1);
	assert_status(&err, ERR_RECORD);
	assert_string_equal(err.code, "undecodable");
	assert_int_equal(heard.status, status);
	if (!strstr(err.message, how))
		fail_msg("%s: \"%s\", wanted \"%s\"", word, err.message, how);
	assert_int_equal(says("fine"), 0);
	assert_true(heard.length == 1); /* by a new one */
}

static void test_deaths(void **state)
{
	(void)state;
	dies("abort", FEAT_CRASHED, "killed by signal 6");
	dies("leave", FEAT_CRASHED, "ended with status 7");
	dies("open", FEAT_CRASHED, "made a forbidden system call");
	dies("exec", FEAT_CRASHED, "made a forbidden system call");
	dies("spin", FEAT_EXCESSIVE, "ran out of CPU time");
	if (!SANITIZED)
		dies("grow", FEAT_EXCESSIVE, "ran out of memory");
}

static void test_nonsense(void **state)
{
	static const char *const words[] = { "lie", "infinite", "markup",
					     "binary", "babble" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		assert_int_equal(says(words[i]), -1);
		/* Nothing of it is left: ingest takes what there is. */
		assert_int_equal(heard.title.n + heard.print.n, 0);
		assert_true(heard.seconds == 0 && isnan(heard.length));
		assert_true(isnan(heard.values[0]));
		dies(words[i], FEAT_CRASHED, "makes no sense");
	}
}

/* A worker that answers without listening does not stop us. */
static void test_ahead(void **state)
{
	(void)state;
	for (int i = 0; i < 500; i++)
		assert_int_equal(says("ahead"), 0);
}

/* Memory that an earlier file took is no fault of the next. */
static void test_hoard(void **state)
{
	(void)state;
	if (SANITIZED)
		return;
	assert_int_equal(says("hoard"), 0);
	assert_int_equal(says("need"), 0);
	assert_true(heard.length == 1);
}

/* Patches: too many, not numbers, or features that nobody asked for. */
static void test_patch_lies(void **state)
{
	static const char *const words[] = { "flood", "hole", "endless" };
	unsigned wishes = LISTENER_LOGMEL | LISTENER_MELS(8);

	(void)state;
	assert_int_equal(hear("patch", 5, wishes), 0);
	assert_int_equal(heard.patch_count, 1);
	assert_true(heard.patches[95] == 1);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(hear(words[i], strlen(words[i]), wishes), -1);
		assert_int_equal(heard.status, FEAT_CRASHED);
		assert_non_null(strstr(err.message, "makes no sense"));
	}
	assert_int_equal(says("fine"), 0);
}

/* What an earlier file, or somebody else, did to a worker costs nothing. */
static void test_retry(void **state)
{
	(void)state;
	assert_int_equal(says("fine"), 0);
	assert_int_equal(says("second"), 0);
	assert_true(heard.length == 1);
}

/* Nothing of a first answer that made no sense is in the second. */
static void test_second_answer(void **state)
{
	(void)state;
	assert_int_equal(says("fine"), 0);
	assert_int_equal(says("half"), 0);
	assert_int_equal(heard.title.n, 0);
	assert_true(isnan(heard.values[0]) && isnan(heard.values[1]));
}

static void test_no_worker(void **state)
{
	(void)state;
	setenv("MOODPIPE_WORKERS", "/nowhere", 1);
	assert_int_equal(says("fine"), -1);
	assert_status(&err, ERR_ENV);
	assert_non_null(strstr(err.message, "/nowhere/worker"));
}

/* --- real workers --- */

static void put(struct str *s, uint32_t v, int n, bool big)
{
	for (int i = 0; i < n; i++)
		str_putc(s, (char)(v >> 8 * (big ? n - 1 - i : i)));
}

/* A second and more of a tone. */
static void tone(struct str *s, double seconds)
{
	uint32_t n = (uint32_t)(seconds * 8000);

	str_puts(s, "RIFF");
	put(s, 36 + 2 * n, 4, false);
	str_puts(s, "WAVEfmt ");
	put(s, 16, 4, false);
	put(s, 1, 2, false);
	put(s, 1, 2, false);
	put(s, 8000, 4, false);
	put(s, 16000, 4, false);
	put(s, 2, 2, false);
	put(s, 16, 2, false);
	str_puts(s, "data");
	put(s, 2 * n, 4, false);
	for (uint32_t i = 0; i < n; i++)
		put(s, (uint32_t)(9000 * sin(i * (0.3 + i * 1e-6))), 2, false);
}

static void test_features(void **state)
{
	struct feat_schema schema;
	struct str s = { 0 };
	unsigned rhythm = LISTENER_FEATURES | LISTENER_GROUPS(FEATURES_RHYTHM);
	int tempo, key;
	float *values;

	(void)state;
	features_schema(&schema, 10);
	tempo = feat_schema_find(&schema, "tempo");
	key = feat_schema_find(&schema, "key");
	assert_int_equal(schema.count, features_count());
	tone(&s, 12);
	assert_int_equal(hear(s.p, s.n, LISTENER_FEATURES), 0);
	assert_int_equal(heard.status, FEAT_OK);
	assert_true(heard.seconds == 10 && heard.length == 12);
	values = heard.values;
	assert_true(values[feat_schema_find(&schema, "duration")] == 10);
	assert_true(isnan(values[tempo]) && isnan(values[key]));
	assert_int_equal(hear(s.p, s.n, rhythm), 0);
	assert_true(isfinite(heard.values[tempo]));
	assert_true(isnan(heard.values[key]));
	assert_int_equal(
	    hear(s.p, s.n, rhythm | LISTENER_GROUPS(FEATURES_HEARD)), 0);
	assert_true(isfinite(heard.values[tempo]));
	assert_true(isfinite(heard.values[key]));
	assert_int_equal(hear(s.p, s.n / 2, LISTENER_DECODES), 0);
	assert_int_equal(heard.status, FEAT_PARTIAL);
	assert_true(isnan(heard.values[0]));
	assert_int_equal(
	    hear(s.p, s.n, LISTENER_PRINT | LISTENER_DECODES | LISTENER_TAGS),
	    0);
	assert_true(heard.print.n > 20);
	assert_int_equal(heard.title.n, 0);
	assert_true(heard.length == 12 && heard.seconds == 10);
	/* In what is in no format it knows libsndfile looks for a resource
	 * fork: it is not killed for that. */
	s.p[8] = 'x';
	assert_int_equal(hear(s.p, s.n, LISTENER_FEATURES), -1);
	assert_int_equal(heard.status, FEAT_UNDECODABLE);
	assert_int_equal(hear(s.p, s.n, LISTENER_PRINT), -1);
	assert_int_equal(heard.status, FEAT_UNDECODABLE);
	str_reset(&s);
	tone(&s, 1);
	assert_int_equal(hear(s.p, s.n, LISTENER_PRINT), 0);
	assert_int_equal(heard.print.n, 0);
	assert_int_equal(hear(s.p, s.n, LISTENER_FEATURES), 0);
	assert_int_equal(heard.status, FEAT_TOO_SHORT);
	assert_int_equal(hear("no sound", 8, LISTENER_DECODES), -1);
	assert_int_equal(heard.status, FEAT_UNDECODABLE);
	assert_int_equal(hear("no sound", 8, LISTENER_TAGS), 0);
	assert_true(isnan(heard.length));
	assert_int_equal(hear("", 0, LISTENER_FEATURES), -1);
	feat_schema_release(&schema);
	str_release(&s);
}

/* Patches are what decoding and the front end give here, bit for bit. */
static void test_logmel(void **state)
{
	unsigned wishes = LISTENER_LOGMEL | LISTENER_MELS(40);
	struct logmel *l = logmel_new(40);
	char *path = test_path("tone");
	struct sound sound = { 0 };
	struct str s = { 0 };
	float *want;
	size_t n;
	int fd;

	(void)state;
	tone(&s, 12);
	test_save(path, s.p, s.n);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(decode_fd_at(fd, 10, 16000, &sound, &err), 0);
	close(fd);
	assert_in_range(sound.mono.count, 159990, 160010);
	n = logmel_patches(sound.mono.count);
	want = mem_zalloc(n, 96 * 40 * sizeof(float));
	logmel_compute(l, sound.mono.v, sound.mono.count, want);
	assert_int_equal(hear(s.p, s.n, wishes | LISTENER_TAGS), 0);
	assert_int_equal(heard.status, FEAT_OK);
	assert_true(heard.seconds == 10 && heard.length == 12);
	assert_int_equal(heard.patch_count, n);
	assert_memory_equal(heard.patches, want, n * 96 * 40 * sizeof(float));
	assert_int_equal(hear(s.p, s.n / 2, wishes), 0);
	assert_int_equal(heard.status, FEAT_PARTIAL);
	assert_in_range(heard.patch_count, 5, 6);
	assert_memory_equal(heard.patches, want, 4 * 96 * 40 * sizeof(float));
	assert_int_equal(hear(s.p, s.n, LISTENER_DECODES), 0);
	assert_int_equal(heard.patch_count, 0);
	assert_int_equal(hear(s.p, s.n, LISTENER_LOGMEL | LISTENER_MELS(7)),
			 -1);
	assert_non_null(strstr(err.message, "7 mel bands"));
	assert_int_equal(hear("no sound", 8, wishes), -1);
	assert_int_equal(heard.status, FEAT_UNDECODABLE);
	str_reset(&s);
	tone(&s, 0.9);
	assert_int_equal(hear(s.p, s.n, wishes), 0);
	assert_int_equal(heard.status, FEAT_TOO_SHORT);
	str_reset(&s);
	tone(&s, 2);
	memset(s.p + 44, 0, s.n - 44);
	assert_int_equal(hear(s.p, s.n, wishes), 0);
	assert_int_equal(heard.status, FEAT_SILENT);
	assert_int_equal(heard.patch_count, 0);
	logmel_free(l);
	sound_release(&sound);
	str_release(&s);
	unlink(path);
	free(path);
	free(want);
}

static void frame(struct str *s, const char *name, const char *text, size_t n)
{
	str_puts(s, name);
	put(s, (uint32_t)n, 4, true);
	put(s, 0, 2, true);
	str_put(s, text, n);
}

#define FRAME(s, name, text) frame(s, name, text, sizeof(text) - 1)

/* An ID3v2.3 tag around frames. */
static void tag(struct str *s, const struct str *frames)
{
	uint32_t n = (uint32_t)frames->n;

	str_put(s, "ID3\003\0\0", 6);
	for (int i = 3; i >= 0; i--)
		str_putc(s, (char)(n >> 7 * i & 127));
	str_put(s, frames->p, n);
}

static void test_id3(void **state)
{
	struct str frames = { 0 }, s = { 0 };

	(void)state;
	FRAME(&frames, "TIT2", "\001\xff\xfeH\0\xe9\0"); /* UTF-16 */
	FRAME(&frames, "TPE1", "\0Beyonc\xe9");          /* Latin-1 */
	FRAME(&frames, "TALB", "\0An album");
	FRAME(&frames, "TYER", "\0001994");
	FRAME(&frames, "TCON", "\000(17)");
	FRAME(&frames, "USLT",
	      "\001eng\xff\376d\0\0\0\xff\xfe"
	      "O\0n\0e\0\n\0\x3d\xd8\x00\xde");
	tag(&s, &frames);
	assert_int_equal(hear(s.p, s.n, LISTENER_TAGS), 0);
	assert_string_equal(str_z(&heard.title), "H\xc3\xa9");
	assert_string_equal(str_z(&heard.artist), "Beyonc\xc3\xa9");
	assert_string_equal(str_z(&heard.album), "An album");
	assert_string_equal(str_z(&heard.genre), "Rock");
	assert_string_equal(str_z(&heard.date), "1994");
	assert_string_equal(str_z(&heard.lyrics), "One\n\xf0\x9f\x98\x80");
	/* The same in a chunk of a WAV file. */
	str_reset(&s);
	tone(&s, 1);
	str_puts(&s, "id3 ");
	put(&s, (uint32_t)(10 + frames.n), 4, false);
	tag(&s, &frames);
	put(&s, 0, 1, false);
	assert_int_equal(hear(s.p, s.n, LISTENER_TAGS), 0);
	assert_string_equal(str_z(&heard.title), "H\xc3\xa9");
	assert_string_equal(str_z(&heard.lyrics), "One\n\xf0\x9f\x98\x80");
	/* What a reply cannot hold is cut, at a whole character. */
	str_reset(&frames);
	str_reset(&s);
	str_put(&frames, "\003xxx\0", 5);
	for (int i = 0; i < 200000; i++)
		str_puts(&frames, "\xc3\xa9");
	str_put(&s, "USLT", 4);
	put(&s, (uint32_t)frames.n, 4, true);
	put(&s, 0, 2, true);
	str_put(&s, frames.p, frames.n);
	str_reset(&frames);
	tag(&frames, &s);
	assert_int_equal(hear(frames.p, frames.n, LISTENER_TAGS), 0);
	assert_int_equal(heard.lyrics.n, 1 << 18);
	str_release(&frames);
	str_release(&s);
}

static void comment(struct str *s, const char *text, size_t n)
{
	put(s, (uint32_t)n, 4, false);
	str_put(s, text, n);
}

#define COMMENT(s, text) comment(s, text, sizeof(text) - 1)

static void test_comments(void **state)
{
	struct str c = { 0 }, s = { 0 };

	(void)state;
	COMMENT(&c, "vendor");
	put(&c, 4, 4, false);
	COMMENT(&c, "TITLE=A title");
	COMMENT(&c, "ARTIST=\xd8\xb9"); /* right to left */
	COMMENT(&c, "LYRICS=");
	COMMENT(&c, "UnsyncedLyrics=la\0hidden");
	str_put(&s, "fLaC\0\0\0\042", 8);
	for (int i = 0; i < 34; i++)
		put(&s, i == 12 ? 0x0a : i == 13 ? 0xc4 : 0, 1, true);
	put(&s, 0x84, 1, true);
	put(&s, (uint32_t)c.n, 3, true);
	str_put(&s, c.p, c.n);
	assert_int_equal(hear(s.p, s.n, LISTENER_TAGS), 0);
	assert_string_equal(str_z(&heard.title), "A title");
	assert_string_equal(str_z(&heard.artist), "\xd8\xb9");
	assert_string_equal(str_z(&heard.lyrics), "la");
	/* Cut off anywhere: no harm, no other lyrics. */
	for (size_t n = 0; n < s.n; n += 3) {
		assert_int_equal(hear(s.p, n, LISTENER_TAGS), 0);
		assert_true(heard.lyrics.n <= 2);
	}
	str_release(&c);
	str_release(&s);
}

int main(void)
{
#define POSED(t) cmocka_unit_test_setup_teardown(t, posed, end)
#define REAL(t) cmocka_unit_test_setup_teardown(t, real, end)
	const struct CMUnitTest tests[] = {
		POSED(test_reuse),     POSED(test_deaths),
		POSED(test_nonsense),  POSED(test_patch_lies),
		POSED(test_ahead),     POSED(test_hoard),
		POSED(test_retry),     POSED(test_second_answer),
		POSED(test_no_worker), REAL(test_features),
		REAL(test_logmel),     REAL(test_id3),
		REAL(test_comments),
	};

	return cmocka_run_group_tests_name("listener", tests, NULL, NULL);
}
