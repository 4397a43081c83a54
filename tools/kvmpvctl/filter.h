/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_FILTER_H
#define KVMPVCTL_FILTER_H

#include <stdio.h>
#include <sys/types.h>

/**
 * struct filter - a program that changes what is in a file
 * @out: what it makes of it
 * @pid: the program
 */
struct filter {
	FILE *out;
	pid_t pid;
};

int filter_open(int in, char *const argv[], struct filter *ret_filter);
int filter_close(struct filter *filter);

#endif /* KVMPVCTL_FILTER_H */
