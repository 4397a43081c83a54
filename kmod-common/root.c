// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/kvmpv and debugfs kvmpv. In a nested set-up host and guest module are loaded into the
 * same kernel, in any order, and so is kvmpv_bench; none may depend on another: whoever comes first
 * makes the common directory, whoever goes last removes it.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/moduleparam.h>
#include <linux/sysfs.h>

#include "root.h"

#define PARENT "kvmpv"

/*
 * All modules must take the same lock, so it has to be one of the kernel's own. This is the one of
 * built-in code's /sys/module/.../parameters, held for the length of a sysfs read or write.
 */
static void shared_lock(void)
{
	kernel_param_lock(NULL);
}

static void shared_unlock(void)
{
	kernel_param_unlock(NULL);
}

/* Context: shared lock held, so the directory that is found cannot be on its way out. */
static struct kobject *parent_get(void)
{
	struct kernfs_node *node = sysfs_get_dirent(kernel_kobj->sd, PARENT);
	struct kobject *parent;

	if (!node)
		return kobject_create_and_add(PARENT, kernel_kobj);
	parent = kobject_get(node->priv);
	sysfs_put(node);
	return parent;
}

/* Context: shared lock held. debugfs goes with the last user of the sysfs directory. */
static void parent_put(struct kobject *parent)
{
	struct kernfs_node *node;

	kobject_put(parent);
	node = sysfs_get_dirent(kernel_kobj->sd, PARENT);
	if (node)
		sysfs_put(node);
	else
		debugfs_lookup_and_remove(PARENT, NULL);
}

static struct dentry *debugfs_add(const char *name)
{
	struct dentry *top = debugfs_lookup(PARENT, NULL), *dir;

	if (!top)
		top = debugfs_create_dir(PARENT, NULL);
	else
		dput(top); /* stays while the shared lock is held */
	dir = debugfs_create_dir(name, top);
	return dir;
}

/**
 * kvmpv_root_add() - make a module's directories in sysfs and debugfs
 * @root: filled in
 * @name: "host", "guest" or "bench"
 * @groups: attributes of /sys/kernel/kvmpv/@name
 *
 * Context: process, may sleep.
 *
 * Return: 0 or a negative error, with nothing left behind.
 */
int kvmpv_root_add(struct kvmpv_root *root, const char *name, const struct attribute_group **groups)
{
	int ret = -ENOMEM;

	shared_lock();
	root->parent = parent_get();
	if (!root->parent)
		goto err_unlock;
	root->dir = kobject_create_and_add(name, root->parent);
	if (!root->dir)
		goto err_parent;
	ret = sysfs_create_groups(root->dir, groups);
	if (ret)
		goto err_dir;
	root->debugfs = debugfs_add(name);
	shared_unlock();
	return 0;

err_dir:
	kobject_put(root->dir);
err_parent:
	parent_put(root->parent);
err_unlock:
	shared_unlock();
	return ret;
}

/**
 * kvmpv_root_remove() - undo kvmpv_root_add()
 * @root: what it filled in
 *
 * Waits for readers and writers of the files.
 *
 * Context: process, may sleep.
 */
void kvmpv_root_remove(struct kvmpv_root *root)
{
	/* Not under the shared lock: a reader may take its time. */
	debugfs_remove(root->debugfs);
	kobject_del(root->dir);

	shared_lock();
	kobject_put(root->dir);
	parent_put(root->parent);
	shared_unlock();
}
