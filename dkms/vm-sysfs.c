// SPDX-License-Identifier: GPL-2.0-only
/* A VM's directory vm/PID-N in sysfs and debugfs: docs/abi/sysfs.rst */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/kvm_host.h>
#include <linux/slab.h>

#include "cr3.h"
#include "features.h"
#include "main.h"
#include "stats.h"
#include "vm-kvm.h"
#include "vm-sysfs.h"
#include "vm.h"

static struct kobject *sysfs_dir;
static struct dentry *debugfs_dir;

static struct kvmpv_vm *to_vm(struct kobject *kobj)
{
	return container_of(kobj, struct kvmpv_vm, kobj);
}

static ssize_t pid_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%d\n", to_vm(kobj)->pid);
}

static ssize_t vcpus_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(to_vm(kobj)->nr_vcpus));
}

static ssize_t abi_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	u32 used;

	return sysfs_emit(page, "%u\n", vm_abi(to_vm(kobj), &used));
}

static ssize_t used_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	u32 used;

	vm_abi(to_vm(kobj), &used);
	return features_show_names(page, used);
}

static ssize_t stats_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return stats_print(&to_vm(kobj)->stats, page);
}

static ssize_t histogram_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return stats_print_histogram(&to_vm(kobj)->stats, page);
}

static ssize_t reset_store(struct kobject *kobj, struct kobj_attribute *attr, const char *page,
			   size_t len)
{
	return stats_reset(&to_vm(kobj)->stats, page) ?: len;
}

static ssize_t kvm_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return vm_kvm_print(to_vm(kobj), page);
}

static struct kobj_attribute pid_attr = __ATTR_RO(pid);
static struct kobj_attribute vcpus_attr = __ATTR_RO(vcpus);
static struct kobj_attribute abi_attr = __ATTR_RO(abi);
static struct kobj_attribute used_attr = __ATTR_RO(used);
static struct kobj_attribute kvm_attr = __ATTR_RO(kvm);
static struct kobj_attribute stats_attr = __ATTR_RO(stats);
static struct kobj_attribute histogram_attr = __ATTR_RO(histogram);
static struct kobj_attribute reset_attr = __ATTR_WO(reset);

static struct attribute *vm_attrs[] = {
	&pid_attr.attr,	      &vcpus_attr.attr, &abi_attr.attr,
	&used_attr.attr,      &kvm_attr.attr,	&stats_attr.attr,
	&histogram_attr.attr, &reset_attr.attr, NULL,
};

static const struct attribute_group vm_group = {.attrs = vm_attrs};

KVMPV_FEATURES_GROUP();

static ssize_t feature_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	u32 offered = READ_ONCE(to_vm(kobj)->offered);

	return sysfs_emit(page, "%d\n", !!(offered & BIT(attr - feature_attrs)));
}

/* Hooks that this makes necessary come a moment later: see attach.c for why nobody waits here. */
static ssize_t feature_store(struct kobject *kobj, struct kobj_attribute *attr, const char *page,
			     size_t len)
{
	u32 feature = BIT(attr - feature_attrs), features = 0;
	int ret = feature_parse(page, feature, &features);

	if (!ret && features)
		ret = feature_possible(feature);
	if (ret)
		return ret;
	vm_set_offered(to_vm(kobj), feature, features);
	host_reconsider();
	return len;
}

static const struct attribute_group *vm_groups[] = {&vm_group, &features_group, NULL};

static void vm_release(struct kobject *kobj)
{
	kfree(to_vm(kobj));
}

static const struct kobj_type vm_type = {
	.release = vm_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = vm_groups,
};

/**
 * vm_sysfs_init() - make the directories that VMs' directories go into
 * @parent: /sys/kernel/kvmpv/host
 * @debugfs: debugfs kvmpv/host
 *
 * Context: process, may sleep. Return: 0 or -ENOMEM.
 */
int vm_sysfs_init(struct kobject *parent, struct dentry *debugfs)
{
	sysfs_dir = kobject_create_and_add("vm", parent);
	if (!sysfs_dir)
		return -ENOMEM;
	debugfs_dir = debugfs_create_dir("vm", debugfs);
	return 0;
}

/**
 * vm_sysfs_exit() - remove them; no VM has a directory any more
 */
void vm_sysfs_exit(void)
{
	debugfs_remove(debugfs_dir);
	kobject_put(sysfs_dir);
}

/**
 * vm_sysfs_add() - make a VM's directories
 * @vm: the VM
 * @number: the N of PID-N
 *
 * From here on @vm belongs to its kobject: on error too, it is to be freed by vm_sysfs_put().
 *
 * Context: process, may sleep. Return: 0 or a negative error.
 */
int vm_sysfs_add(struct kvmpv_vm *vm, unsigned int number)
{
	int ret = kobject_init_and_add(&vm->kobj, &vm_type, sysfs_dir, "%d-%u", vm->pid, number);

	if (ret)
		return ret;
	vm->debugfs = debugfs_create_dir(kobject_name(&vm->kobj), debugfs_dir);
	stats_debugfs_add(&vm->stats, vm->debugfs);
	return 0;
}

/**
 * vm_sysfs_put() - free a VM whose directories could not be made
 * @vm: the VM
 */
void vm_sysfs_put(struct kvmpv_vm *vm)
{
	kobject_put(&vm->kobj);
}

/**
 * vm_sysfs_remove() - remove a VM's directories and free it
 * @vm: the VM; no list and no vCPU leads to it any more
 *
 * Context: process, may sleep; waits for readers and writers of its files, so holds no lock of
 * theirs.
 */
void vm_sysfs_remove(struct kvmpv_vm *vm)
{
	debugfs_remove(vm->debugfs);
	kobject_del(&vm->kobj);
	vm_sysfs_put(vm);
}
