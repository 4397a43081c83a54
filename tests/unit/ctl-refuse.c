// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded by ctl-toggle.t: a write of "1" to a file whose path ends in $CTL_REFUSE gives
 * EOPNOTSUPP, as the modules do for a feature that cannot work on this machine; or with $CTL_KILLED
 * set EPERM, as they do with kvmpv.enable=0.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

ssize_t write(int fd, const void *buffer, size_t size)
{
	const char *refused = getenv("CTL_REFUSE");
	char link[40], path[PATH_MAX];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = refused ? readlink(link, path, sizeof(path)) : -1;
	if (len >= (ssize_t)strlen(refused ?: "") && size && *(const char *)buffer == '1' &&
	    !strncmp(path + len - strlen(refused), refused, strlen(refused))) {
		errno = getenv("CTL_KILLED") ? EPERM : EOPNOTSUPP;
		return -1;
	}
	return syscall(SYS_write, fd, buffer, size);
}
