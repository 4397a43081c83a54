/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_VERSIONS_H
#define KVMPVCTL_VERSIONS_H

#include "render.h"

void versions_read(struct ctl *ctl, bool thorough, struct versions *ret_versions);

#endif /* KVMPVCTL_VERSIONS_H */
