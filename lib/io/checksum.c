/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/checksum.h"

#include <zlib.h>

uint32_t checksum(const void *p, size_t n)
{
	return (uint32_t)crc32_z(crc32_z(0, NULL, 0), p, n);
}
