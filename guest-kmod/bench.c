// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpv_bench: what leaving the guest costs, measured from inside. A helper of "kvmpvctl bench",
 * which loads it and unloads it again; it does nothing until it is told to. It needs neither
 * kvmpv_guest nor a kvmpv host. docs/abi/sysfs.rst describes its files.
 */
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <asm/cpufeature.h>
#include <asm/tsc.h>

#include "bench.h"
#include "root.h"

#define CASES_MAX 32
#define NAME_MAX_BENCH 31

static DEFINE_MUTEX(lock); /* protects results and new; held for a whole run */
static struct bench_result results[CASES_MAX];
static struct bench_result new;
static struct kvmpv_root root;

static unsigned int cases_n(void)
{
	return bench_cpu_cases_n + bench_pair_cases_n;
}

static const struct bench_case *nth_case(unsigned int i)
{
	return i < bench_cpu_cases_n ? &bench_cpu_cases[i]
				     : &bench_pair_cases[i - bench_cpu_cases_n];
}

static int find_case(const char *name)
{
	unsigned int i;

	for (i = 0; i < cases_n(); i++)
		if (!strcmp(nth_case(i)->name, name))
			return i;
	return -EINVAL;
}

static ssize_t version_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%s\n", KVMPV_VERSION);
}

static ssize_t tsc_khz_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%u\n", tsc_khz);
}

static ssize_t cases_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	static const char *const kinds[] = {
		[BENCH_OVERHEAD] = "overhead", [BENCH_ALWAYS] = "always", [BENCH_MAYBE] = "maybe",
		[BENCH_KERNEL] = "kernel",     [BENCH_PAIR] = "pair",
	};
	ssize_t len = 0;
	unsigned int i;

	for (i = 0; i < cases_n(); i++)
		len += sysfs_emit_at(page, len, "%s %s %s\n", nth_case(i)->name,
				     kinds[nth_case(i)->kind], nth_case(i)->text);
	return len;
}

/* NAME SAMPLES BATCH, and nothing behind it but a newline */
static int parse_run(const char *page, unsigned int *ret_samples, unsigned int *ret_batch)
{
	char name[NAME_MAX_BENCH + 1];
	unsigned int samples, batch;
	int end = 0, i;

	if (sscanf(page, "%31s %u %u%n", name, &samples, &batch, &end) != 3 ||
	    (strcmp(page + end, "") && strcmp(page + end, "\n")))
		return -EINVAL;
	i = find_case(name);
	if (i < 0 || !samples || samples > BENCH_SAMPLES_MAX || !batch || batch > BENCH_BATCH_MAX)
		return -EINVAL;
	*ret_samples = samples;
	*ret_batch = batch;
	return i;
}

static ssize_t run_store(struct kobject *kobj, struct kobj_attribute *attr, const char *page,
			 size_t len)
{
	unsigned int samples, batch;
	int ret, i = parse_run(page, &samples, &batch);

	if (i < 0)
		return i;
	if (!mutex_trylock(&lock))
		return -EBUSY;
	ret = bench_run(nth_case(i), samples, batch, &new);
	if (!ret)
		results[i] = new;
	mutex_unlock(&lock);
	return ret ?: len;
}

static struct kobj_attribute version_attr = __ATTR_RO(version);
static struct kobj_attribute tsc_khz_attr = __ATTR_RO(tsc_khz);
static struct kobj_attribute cases_attr = __ATTR_RO(cases);
static struct kobj_attribute run_attr = __ATTR_WO(run);

static struct attribute *bench_attrs[] = {&version_attr.attr, &tsc_khz_attr.attr, &cases_attr.attr,
					  &run_attr.attr, NULL};

/* A file a case each; their index is that of the case. */
static struct kobj_attribute reason_files[CASES_MAX], result_files[CASES_MAX];
static struct attribute *reason_attrs[CASES_MAX + 1], *result_attrs[CASES_MAX + 1];

static ssize_t reason_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	const struct bench_case *one = nth_case(attr - reason_files);
	char reason[BENCH_REASON_MAX] = "";

	if (one->possible && one->possible(reason))
		reason[0] = '\0';
	return sysfs_emit(page, "%s\n", reason);
}

static ssize_t result_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	const struct bench_result *result = &results[attr - result_files];
	ssize_t len = 0;
	unsigned int i;

	mutex_lock(&lock);
	if (result->n)
		len = sysfs_emit(page, "batch %u\n", result->batch);
	for (i = 0; i < result->n; i++)
		if (result->counted)
			len += sysfs_emit_at(page, len, "%llu %llu\n", result->ticks[i],
					     result->instructions[i]);
		else
			len += sysfs_emit_at(page, len, "%llu\n", result->ticks[i]);
	mutex_unlock(&lock);
	return len ?: sysfs_emit(page, "\n");
}

static void fill_file(struct kobj_attribute *file, const char *name,
		      ssize_t (*show)(struct kobject *, struct kobj_attribute *, char *))
{
	file->attr.name = name;
	file->attr.mode = 0400;
	file->show = show;
}

static const struct attribute_group bench_group = {.attrs = bench_attrs};
static const struct attribute_group reason_group = {.name = "reasons", .attrs = reason_attrs};
static const struct attribute_group result_group = {.name = "results", .attrs = result_attrs};
static const struct attribute_group *groups[] = {&bench_group, &reason_group, &result_group, NULL};

static int __init kvmpv_bench_init(void)
{
	unsigned int i;

	if (!boot_cpu_has(X86_FEATURE_HYPERVISOR))
		return -ENODEV;
	if (WARN_ON(cases_n() > CASES_MAX))
		return -E2BIG;
	for (i = 0; i < cases_n(); i++) {
		fill_file(&reason_files[i], nth_case(i)->name, reason_show);
		fill_file(&result_files[i], nth_case(i)->name, result_show);
		reason_attrs[i] = &reason_files[i].attr;
		result_attrs[i] = &result_files[i].attr;
	}
	return kvmpv_root_add(&root, "bench", groups);
}

static void __exit kvmpv_bench_exit(void)
{
	kvmpv_root_remove(&root);
}

module_init(kvmpv_bench_init);
module_exit(kvmpv_bench_exit);

MODULE_DESCRIPTION("Helper of kvmpvctl bench: what leaving the guest costs");
MODULE_AUTHOR("kvmpv developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(KVMPV_VERSION);
