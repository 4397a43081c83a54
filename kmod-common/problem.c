// SPDX-License-Identifier: GPL-2.0-only
/* Why something was refused goes to the kernel log once, and to sysfs for whoever asks. */
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "problem.h"

static DEFINE_MUTEX(problem_lock);
static char problem[KVMPV_PROBLEM_MAX];

/**
 * kvmpv_problem() - say in one line what is wrong, and keep it
 * @format: as for printk(), without newline
 *
 * Context: process, may sleep.
 */
void kvmpv_problem(const char *format, ...)
{
	va_list args;

	mutex_lock(&problem_lock);
	va_start(args, format);
	vsnprintf(problem, sizeof(problem), format, args);
	va_end(args);
	pr_err("%s\n", problem);
	mutex_unlock(&problem_lock);
}

/**
 * kvmpv_problem_get() - the last line given to kvmpv_problem()
 * @text: KVMPV_PROBLEM_MAX bytes; empty when there was none
 *
 * Context: process, may sleep.
 */
void kvmpv_problem_get(char *text)
{
	mutex_lock(&problem_lock);
	strscpy(text, problem, KVMPV_PROBLEM_MAX);
	mutex_unlock(&problem_lock);
}
