/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_STATS_H
#define KVMPVCTL_STATS_H

#include "render.h"

#define SPINLOCK_DIR "spinlock"

int stats_open(struct ctl *ctl, enum side side, struct dir *ret_dir);
int stats_read(struct ctl *ctl, unsigned int sides, struct names names[SIDE_COUNT],
	       struct stats *ret_stats);
void stats_free(struct stats *stats);

#endif /* KVMPVCTL_STATS_H */
