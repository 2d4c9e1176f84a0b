/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "net/address.h"

static bool is_public(const char *text)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };

	if (strchr(text, ':')) {
		assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
		return address_is_public((struct sockaddr *)&in6, sizeof(in6));
	}
	assert_int_equal(inet_pton(AF_INET, text, &in.sin_addr), 1);
	return address_is_public((struct sockaddr *)&in, sizeof(in));
}

static void test_public(void **state)
{
	static const char *const yes[] = {
		"1.1.1.1",         "8.8.8.8",         "9.255.255.255",
		"11.0.0.0",        "100.63.255.255",  "100.128.0.0",
		"126.255.255.255", "128.0.0.0",       "169.253.255.255",
		"169.255.0.0",     "172.15.255.255",  "172.32.0.0",
		"192.0.1.0",       "192.167.255.255", "192.169.0.0",
		"198.17.255.255",  "198.20.0.0",      "223.255.255.255",
		"168.63.129.15",   "2600::1",         "2a00:1450:4001::1",
		"2001:200::1",     "3fff:1000::1",    "64:ff9b::808:808",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (!is_public(yes[i]))
			fail_msg("%s was refused", yes[i]);
}

static void test_refused(void **state)
{
	static const char *const no[] = {
		"0.0.0.0",
		"0.1.2.3",
		"10.0.0.1",
		"10.255.255.255",
		"100.64.0.0",
		"100.127.255.255",
		"100.100.100.200",
		"127.0.0.1",
		"127.255.255.255",
		"169.254.169.254",
		"172.16.0.0",
		"172.31.255.255",
		"192.0.0.192",
		"192.0.2.1",
		"192.88.99.1",
		"192.168.0.1",
		"192.168.255.255",
		"198.18.0.1",
		"198.19.255.255",
		"198.51.100.1",
		"203.0.113.1",
		"224.0.0.1",
		"239.255.255.255",
		"240.0.0.1",
		"255.255.255.255",
		"168.63.129.16",
		"::",
		"::1",
		"::ffff:127.0.0.1",
		"::ffff:8.8.8.8",
		"::127.0.0.1",
		"fe80::1",
		"fec0::1",
		"fc00::1",
		"fd00:ec2::254",
		"ff02::1",
		"2001::1",
		"2001:db8::1",
		"2002:7f00:1::",
		"3fff::1",
		"64:ff9b::7f00:1",
		"64:ff9b::a00:1",
		"64:ff9b:1::1",
		"100::1",
		"4000::1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (is_public(no[i]))
			fail_msg("%s was allowed", no[i]);
}

static void test_families(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(0x01010101) };

	(void)state;
	assert_false(address_is_public((struct sockaddr *)&un, sizeof(un)));
	assert_true(address_is_public((struct sockaddr *)&in, sizeof(in)));
	assert_false(address_is_public((struct sockaddr *)&in, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
