/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The event loop below libcurl's multi interface: epoll, and work only for the
 * connections where something happened, however many are open.
 */
#ifndef MOODPIPE_LOOP_H
#define MOODPIPE_LOOP_H

#include <curl/curl.h>

#include "base/err.h"

struct loop;

/* Takes over multi's socket and timer callbacks. Free it after multi. NULL:
 * ERR_ENV. */
struct loop *loop_new(CURLM *multi, struct err *err);
void loop_free(struct loop *l);

/* For every easy handle, before it is added; and for every socket that its
 * open-socket callback has made. */
void loop_adopt(struct loop *l, CURL *easy);
void loop_opened(struct loop *l, curl_socket_t s);

/* Waits for at most so many seconds and does what there is to do: 0 or -1. */
int loop_turn(struct loop *l, double wait, struct err *err);

#endif
