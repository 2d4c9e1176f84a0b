/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>
#include <sys/socket.h>
#include <unistd.h>

#include "corpus/guestframe.h"

static struct encodeframe frame;

static int pair[2];

static int begin(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static int end(void **state)
{
	(void)state;
	close(pair[0]);
	close(pair[1]);
	encodeframe_release(&frame);
	return 0;
}

static void take(void)
{
	assert_int_equal(encodeframe_take(pair[1], (double)INFINITY, &frame),
			 ENCODEFRAME_GOT);
}

static void fill(struct guest *g)
{
	memcpy(g->id, "mp0123456789abcdef0123", IDENTITY_SIZE);
	g->key = UINT64_C(0xfedcba9876543210);
	g->has_sound = g->has_mood = true;
	for (int i = 0; i < GENERATION_AUDIO_DIM; i++)
		g->sound[i] = (float)i / 7;
	g->valence = -0.25F;
	g->arousal = 0.5F;
	g->dominance = NAN;
	g->mood_confidence = 0.75F;
	for (int k = 0; k < TIMBRE_AXES; k++)
		g->timbre[k] = k == 2 ? NAN : (float)k / 10;
	g->voice = VOICE_HEARD_SUNG;
	for (int k = 0; k < DISPLAY_FEATURES; k++)
		g->shown.value[k] = (float)(100 + k);
	g->shown.measured = 21;
	g->seconds = 61.5F;
	str_puts(&g->artist, "Ann");
	str_puts(&g->album, "Live");
	str_puts(&g->warning, "no mood");
}

static void test_guest(void **state)
{
	struct guest g = { .has_sound = false }, got = { .voice = 9 };
	struct err err;

	(void)state;
	str_puts(&got.title, "of an earlier one");
	fill(&g);
	assert_int_equal(guestframe_send(pair[0], &g), 0);
	take();
	assert_int_equal(guestframe_read(&frame, &got, &err), 0);
	assert_string_equal(got.id, g.id);
	assert_true(got.key == g.key && got.has_sound && got.has_mood);
	assert_memory_equal(got.sound, g.sound, sizeof(g.sound));
	assert_memory_equal(got.timbre, g.timbre, sizeof(g.timbre));
	assert_memory_equal(got.shown.value, g.shown.value,
			    sizeof(g.shown.value));
	assert_int_equal(got.shown.measured, 21);
	assert_int_equal(got.voice, VOICE_HEARD_SUNG);
	assert_true(got.valence == -0.25F && got.arousal == 0.5F);
	assert_true(isnan(got.dominance) && got.mood_confidence == 0.75F);
	assert_true(got.seconds == 61.5F);
	test_span_is(span_str(&got.artist), "Ann");
	test_span_is(span_str(&got.title), "");
	test_span_is(span_str(&got.album), "Live");
	test_span_is(span_str(&got.warning), "no mood");
	guest_release(&g);
	guest_release(&got);
	assert_int_equal(got.id[0] | got.voice, 0);
}

static void refuse(enum err_status status, const char *code)
{
	struct err said = { .status = status, .code = code }, err;
	struct guest g = { .has_sound = false };

	strcpy(said.message, "a.mp3: silent");
	assert_int_equal(guestframe_refuse(pair[0], &said), 0);
	take();
	assert_int_equal(guestframe_read(&frame, &g, &err), -1);
	assert_int_equal(err.status, status);
	assert_string_equal(err.code, code);
	assert_string_equal(err.message, "a.mp3: silent");
	guest_release(&g);
}

static void test_refusals(void **state)
{
	(void)state;
	refuse(ERR_RECORD, "missing");
	refuse(ERR_RECORD, "undecodable");
	refuse(ERR_ENV, "no-ear");
	refuse(ERR_DATA, "artifact");
}

/* Nothing of it is taken for a guest, or for a request's fault. */
static void test_nonsense(void **state)
{
	const struct span texts[] = { SPAN("a"), SPAN("b"), SPAN("c"),
				      SPAN("d"), SPAN("too short an id") };
	const float numbers[] = { 1, 2 };
	struct guest g = { .has_sound = false };
	struct err err;

	(void)state;
	for (size_t n = 0; n <= 5; n++) {
		encodeframe_send(pair[0], 0, 0, texts, n, numbers, 2);
		take();
		assert_int_equal(guestframe_read(&frame, &g, &err), -1);
		assert_int_equal(err.status, ERR_ENV);
		assert_int_equal(g.artist.n, 0);
	}
	guest_release(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_guest, begin, end),
		cmocka_unit_test_setup_teardown(test_refusals, begin, end),
		cmocka_unit_test_setup_teardown(test_nonsense, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
