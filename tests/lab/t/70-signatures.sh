# SPDX-License-Identifier: GPL-2.0-only
# The guest module under other signatures: it loads, stays idle and says why; and it finds its host
# behind Hyper-V's block. The host has kvmpv all the time: a VMM that hides KVM hides that too.
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
with host,kvm=off,hv-relaxed=on,hv-vendor-id=NobodyKnows1 NobodyKnows1 idle NobodyKnows1 "another signature"
with host,kvm=off none idle '.' "no signature at all"
with host,-hypervisor none idle '.' "no hypervisor bit"
with host,hv-relaxed=on,hv-vapic=on "Microsoft Hv" active '^$' "Hyper-V's block in front of KVM's"
rmmod kvmpv_host
with host KVMKVMKVM idle '.' "stock KVM"
lab_log_check
done_testing
