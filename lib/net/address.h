/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which addresses a crawl may make us connect to. Everything in a record is
 * hostile: a public name may resolve to a machine at home, so the question is
 * asked of the peer address at the moment of connecting, never of a name.
 */
#ifndef MOODPIPE_ADDRESS_H
#define MOODPIPE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* True for globally routed unicast addresses (IANA special-purpose registries,
 * RFC 6890). False for loopback, private, shared (CGNAT), link-local,
 * multicast, unspecified, documentation, benchmark, IPv4-mapped, 6to4 and
 * Teredo addresses, for those of cloud metadata services, and for any family
 * but IPv4 and IPv6. NAT64 (64:ff9b::/96) is judged by the address within. */
bool address_is_public(const struct sockaddr *addr, socklen_t len);

#endif
