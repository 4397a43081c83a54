// SPDX-License-Identifier: GPL-2.0-only
/* the functions that create and destroy VMs and vCPUs, write to a guest and yield */
#include <linux/kvm_host.h>

/* A second declaration goes well with a first that is the same, and with no other. */
int kvm_arch_vcpu_create(struct kvm_vcpu *vcpu);
void kvm_arch_vcpu_destroy(struct kvm_vcpu *vcpu);
void kvm_arch_destroy_vm(struct kvm *kvm);
long kvm_arch_dev_ioctl(struct file *filp, unsigned int ioctl, unsigned long arg);
int kvm_vcpu_yield_to(struct kvm_vcpu *target);
int kvm_vcpu_write_guest(struct kvm_vcpu *vcpu, gpa_t gpa, const void *data, unsigned long len);

void *kvmpv_probe(int i);
void *kvmpv_probe(int i)
{
	void *functions[] = {kvm_arch_vcpu_create, kvm_arch_vcpu_destroy, kvm_arch_destroy_vm,
			     kvm_arch_dev_ioctl,   kvm_vcpu_yield_to,	  kvm_vcpu_write_guest};

	return functions[i];
}
