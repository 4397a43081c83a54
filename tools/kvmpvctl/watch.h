/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_WATCH_H
#define KVMPVCTL_WATCH_H

#include <stdbool.h>

void watch_start(void);
bool watch_wait(unsigned int seconds);
double watch_time(void);

#endif /* KVMPVCTL_WATCH_H */
