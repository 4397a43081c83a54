// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into Bochs.
 *
 * It writes its serial ports' files in blocks of 4096 bytes: a run's last words would be lost when
 * it is stopped, and nothing would be seen while it runs. Here each line goes out at once.
 *
 * The only display in Debian's package that needs no window is a VNC server, open to everybody:
 * here it is bound to the loopback address.
 *
 * With LAB_DETERMINISTIC it also gets the same time of day and the same random numbers in every
 * run. With "vga: realtime=0" nothing else from outside reaches the emulated machine.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#define EPOCH 1700000000

FILE *fopen64(const char *path, const char *mode);

static bool deterministic;

/* Before Bochs runs; a look at the environment in each call would be slow. */
static void __attribute__((constructor)) init(void)
{
	deterministic = getenv("LAB_DETERMINISTIC") != NULL;
}

static FILE *open_with(const char *name, const char *path, const char *mode)
{
	FILE *(*next)(const char *, const char *) =
		(FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, name);
	FILE *f = next(path, mode);

	if (f && *mode == 'w' && getenv("LAB_SERIAL") && strstr(path, getenv("LAB_SERIAL")))
		setvbuf(f, NULL, _IOLBF, 65536);
	return f;
}

FILE *fopen(const char *path, const char *mode)
{
	return open_with("fopen", path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
	return open_with("fopen64", path, mode);
}

int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	int (*next)(int, const struct sockaddr *, socklen_t) =
		(int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "bind");
	struct sockaddr_in local;

	if (addr->sa_family != AF_INET || len != sizeof(local))
		return next(fd, addr, len);
	memcpy(&local, addr, sizeof(local));
	local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return next(fd, (struct sockaddr *)&local, sizeof(local));
}

void srand(unsigned int seed)
{
	void (*next)(unsigned int) = (void (*)(unsigned int))dlsym(RTLD_NEXT, "srand");

	next(deterministic ? 1 : seed);
}

time_t time(time_t *ret)
{
	struct timespec t = {.tv_sec = EPOCH};

	if (!deterministic)
		clock_gettime(CLOCK_REALTIME, &t);
	if (ret)
		*ret = t.tv_sec;
	return t.tv_sec;
}

int gettimeofday(struct timeval *ret, void *zone)
{
	struct timespec t = {.tv_sec = EPOCH};

	if (!deterministic)
		clock_gettime(CLOCK_REALTIME, &t);
	ret->tv_sec = t.tv_sec;
	ret->tv_usec = t.tv_nsec / 1000;
	return 0;
}
