/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_HOST_VM_KVM_H
#define KVMPV_HOST_VM_KVM_H

#include <linux/types.h>

struct kvmpv_vm;

ssize_t vm_kvm_print(struct kvmpv_vm *vm, char *page);
void vm_kvm_forget(void);

#endif /* KVMPV_HOST_VM_KVM_H */
