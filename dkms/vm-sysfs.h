/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_HOST_VM_SYSFS_H
#define KVMPV_HOST_VM_SYSFS_H

struct kobject;
struct kvmpv_vm;

int vm_sysfs_init(struct kobject *parent, struct dentry *debugfs);
void vm_sysfs_exit(void);
int vm_sysfs_add(struct kvmpv_vm *vm, unsigned int number);
void vm_sysfs_remove(struct kvmpv_vm *vm);
void vm_sysfs_put(struct kvmpv_vm *vm);

#endif /* KVMPV_HOST_VM_SYSFS_H */
