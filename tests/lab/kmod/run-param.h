/* SPDX-License-Identifier: GPL-2.0-only */
/* The parameter "run" of a test module that has start() and stop(): 1 starts, 0 stops. */
#ifndef KVMPV_TEST_RUN_PARAM_H
#define KVMPV_TEST_RUN_PARAM_H

#include <linux/moduleparam.h>
#include <linux/mutex.h>

static void start(void);
static void stop(void);

static bool running;
static DEFINE_MUTEX(run_lock);

static void run_switch(bool on)
{
	mutex_lock(&run_lock);
	if (on && !running)
		start();
	else if (!on && running)
		stop();
	running = on;
	mutex_unlock(&run_lock);
}

static int run_set(const char *value, const struct kernel_param *param)
{
	bool on;
	int ret = kstrtobool(value, &on);

	if (!ret)
		run_switch(on);
	return ret;
}

static const struct kernel_param_ops run_ops = {.set = run_set};

module_param_cb(run, &run_ops, NULL, 0200);
MODULE_PARM_DESC(run, "1: start, 0: stop");

#endif /* KVMPV_TEST_RUN_PARAM_H */
