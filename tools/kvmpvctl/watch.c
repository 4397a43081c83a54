// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting between two looks, until somebody wants us to end.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "watch.h"

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = 1;
}

/**
 * watch_start() - from now on SIGINT and SIGTERM end the waiting, not the program
 */
void watch_start(void)
{
	struct sigaction action = {.sa_handler = stop};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/**
 * watch_wait() - wait
 * @seconds: how long
 *
 * Return: true: time is up; false: somebody wants us to end.
 */
bool watch_wait(unsigned int seconds)
{
	struct timespec left = {.tv_sec = seconds};

	while (!stopped && nanosleep(&left, &left))
		if (errno != EINTR)
			return false;
	return !stopped;
}

/**
 * watch_time() - a clock that nobody sets
 *
 * Return: seconds since some moment.
 */
double watch_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
