/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_ADVICE_H
#define KVMPVCTL_ADVICE_H

#include "render.h"

void advise_load(const struct ctl *ctl, const struct platform *platform, enum side side,
		 const struct module_version *disk, char *ret, size_t size);
void advise(const struct ctl *ctl, struct status *status);

#endif /* KVMPVCTL_ADVICE_H */
