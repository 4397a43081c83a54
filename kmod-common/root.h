/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_ROOT_H
#define KVMPV_ROOT_H

struct attribute_group;
struct dentry;
struct kobject;

/**
 * struct kvmpv_root - the directories a module owns
 * @parent: /sys/kernel/kvmpv, shared with the other modules
 * @dir: /sys/kernel/kvmpv/NAME
 * @debugfs: debugfs kvmpv/NAME; as always with debugfs an error here is nobody's business
 */
struct kvmpv_root {
	struct kobject *parent;
	struct kobject *dir;
	struct dentry *debugfs;
};

int kvmpv_root_add(struct kvmpv_root *root, const char *name,
		   const struct attribute_group **groups);
void kvmpv_root_remove(struct kvmpv_root *root);

#endif /* KVMPV_ROOT_H */
