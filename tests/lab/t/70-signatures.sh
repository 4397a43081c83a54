# SPDX-License-Identifier: GPL-2.0-only
# What else a guest may see in CPUID: on stock KVM the module stays idle and says why; behind Hyper-V's
# block it finds its host. (Without KVM's own signature a guest does not boot here: it cannot
# calibrate its TSC against emulated time. hypercalls-masked of 10-programs covers the host's side.)
# lab: --timeout 250
# amd: --smp 1
GUEST_WAIT=40

with() # with CPU HYPERVISOR STATE REASON NAME
{
	GUEST_CPU=$1
	GUEST_APPEND=kvm_paravirt=1
	guest_start g
	ok "$5: the guest boots" guest_wait_ready g
	ok "$5: the module loads" guest_run g 'modprobe kvmpv_guest'
	is "$(guest_run g 'cat /sys/kernel/kvmpv/guest/hypervisor')" "$2" "$5: hypervisor"
	is "$(guest_run g 'cat /sys/kernel/kvmpv/guest/state')" "$3" "$5: state"
	like "$(guest_run g 'cat /sys/kernel/kvmpv/guest/reason')" "$4" "$5: reason"
	diag "$(guest_run g 'cat /sys/kernel/kvmpv/guest/reason')"
	ok "$5: and unloads" guest_run g 'rmmod kvmpv_guest'
	guest_kill g
}

kvm_load
modprobe kvmpv_host
with host,hv-relaxed=on,hv-vapic=on "Microsoft Hv" active '^$' "Hyper-V's block in front of KVM's"
rmmod kvmpv_host
with host KVMKVMKVM idle '.' "stock KVM"
lab_log_check
done_testing
