/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#define IP(a, b, c, d)                                                         \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

static bool ip4_is_public(uint32_t ip)
{
	static const struct {
		uint32_t net;
		int bits;
	} refused[] = {
		{ IP(0, 0, 0, 0), 8 },        { IP(10, 0, 0, 0), 8 },
		{ IP(100, 64, 0, 0), 10 },    { IP(127, 0, 0, 0), 8 },
		{ IP(169, 254, 0, 0), 16 },   { IP(172, 16, 0, 0), 12 },
		{ IP(192, 0, 0, 0), 24 },     { IP(192, 0, 2, 0), 24 },
		{ IP(192, 88, 99, 0), 24 },   { IP(192, 168, 0, 0), 16 },
		{ IP(198, 18, 0, 0), 15 },    { IP(198, 51, 100, 0), 24 },
		{ IP(203, 0, 113, 0), 24 },   { IP(224, 0, 0, 0), 3 },
		{ IP(168, 63, 129, 16), 32 }, /* a metadata service */
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if ((ip ^ refused[i].net) >> (32 - refused[i].bits) == 0)
			return false;
	return true;
}

static bool ip6_is_public(const uint8_t *a)
{
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };

	if (!memcmp(a, nat64, sizeof(nat64)))
		return ip4_is_public(IP(a[12], a[13], a[14], a[15]));
	if (a[0] >> 5 != 1)
		return false; /* outside 2000::/3 */
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 2)
		return false; /* 2001::/23: Teredo and other protocols */
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8)
		return false; /* documentation */
	if (a[0] == 0x20 && a[1] == 0x02)
		return false; /* 6to4 */
	return !(a[0] == 0x3f && a[1] == 0xff && a[2] < 0x10);
}

bool address_is_public(const struct sockaddr *addr, socklen_t len)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (len >= sizeof(in) && addr->sa_family == AF_INET) {
		memcpy(&in, addr, sizeof(in));
		return ip4_is_public(ntohl(in.sin_addr.s_addr));
	}
	if (len >= sizeof(in6) && addr->sa_family == AF_INET6) {
		memcpy(&in6, addr, sizeof(in6));
		return ip6_is_public(in6.sin6_addr.s6_addr);
	}
	return false;
}
