/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/trackaudio.h"

#include <errno.h>
#include <fcntl.h>

#include "audio/payload.h"

void trackaudio_release(struct trackaudio *a)
{
	str_release(&a->path);
	str_release(&a->sha256);
	str_release(&a->named);
}

/* Whether a relative path has a ".." in it: the root is a fence. */
static bool climbs(const char *path)
{
	for (const char *p = path; *p;) {
		size_t n = strcspn(p, "/");

		if (n == 2 && p[0] == '.' && p[1] == '.')
			return true;
		p += n + (p[n] == '/');
	}
	return false;
}

int trackaudio_find(struct trackaudio *a, const struct record *r,
		    const char *root, struct err *err)
{
	if (!track_audio(r, &a->named, &a->sha256))
		return 0;
	str_reset(&a->path);
	if (memchr(a->named.p, '\0', a->named.n) ||
	    (root && a->named.p[0] != '/' && climbs(str_z(&a->named))))
		return err_set(err, ERR_RECORD, "missing",
			       "audio path %s leads out of the audio folder",
			       str_z(&a->named));
	if (a->named.p[0] != '/' && root) {
		str_puts(&a->path, root);
		str_putc(&a->path, '/');
	}
	str_put(&a->path, a->named.p, a->named.n);
	return 1;
}

uint64_t trackaudio_digest(struct trackaudio *a, const struct record *r,
			   const char *root)
{
	static const char unreadable[] = "unreadable";
	int found = trackaudio_find(a, r, root, NULL);
	uint8_t file[HASH_SIZE];

	if (found == 0)
		return 0;
	if (found > 0 && a->sha256.n)
		return hash_u64(a->sha256.p, a->sha256.n);
	if (found < 0 || payload_digest(str_z(&a->path), NULL, file, NULL) != 0)
		return hash_u64(unreadable, sizeof(unreadable));
	return hash_u64(file, sizeof(file));
}

int trackaudio_open(struct trackaudio *a, struct err *err)
{
	const char *path = str_z(&a->path);
	/* O_NONBLOCK: a fifo named by a record must not stop the tool. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return err_set(err, ERR_RECORD, "missing", "%s: %s", path,
			       strerror(errno));
	return fd;
}
