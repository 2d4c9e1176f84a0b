/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checksum of artifacts: CRC-32 as in RFC 1952 (zlib). */
#ifndef MOODPIPE_CHECKSUM_H
#define MOODPIPE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

uint32_t checksum(const void *p, size_t n);

#endif
