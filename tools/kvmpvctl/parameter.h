/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_PARAMETER_H
#define KVMPVCTL_PARAMETER_H

#include "kvmpvctl.h"

int parameter_read(const struct ctl *ctl, const char *module, const char *name, char *ret_word,
		   size_t size);
int parameter_u64(const struct ctl *ctl, const char *module, const char *name, uint64_t *ret_value);
int parameter_bool(const struct ctl *ctl, const char *module, const char *name, bool *ret_on);

#endif /* KVMPVCTL_PARAMETER_H */
