/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_PROBLEM_H
#define KVMPV_PROBLEM_H

#include <linux/compiler_attributes.h>

#define KVMPV_PROBLEM_MAX 200

void __printf(1, 2) kvmpv_problem(const char *format, ...);
void kvmpv_problem_get(char *text);

#endif /* KVMPV_PROBLEM_H */
