# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Scenes on a host with AMD's virtualisation; runs in the lab. See demo/lib.sh.
# shellcheck source=lib.sh
. /lib/demo.sh

SCENES="host_module linux_guest guest_module traffic policy host_goes host_returns"

host_module()
{
	scene "The host: Debian's kernel $(uname -r) with its own kvm.ko, unchanged"
	check "KVM is loaded" kvm_load
	on_host "modprobe kvmpv_host"
	check "kvmpv_host is attached to the running KVM" is_equal "$(cat $HOST/state)" active
	on_host "kvmpvctl status"
	check "the hypercall path of KVM is taken over" grep -qx kvm_emulate_hypercall $HOST/hooks
}

linux_guest()
{
	scene "A stock Linux guest, with the boot option of the 2007 patch: kvm_paravirt=1"
	say "2 vCPUs in QEMU, the same Debian kernel. A machine in a machine: this takes a while."
	GUEST_APPEND=kvm_paravirt=1 guest_start demo
	check "the guest boots" guest_wait_ready demo 120
	in_guest "uname -r; nproc; dmesg | grep -o 'Hypervisor detected: KVM'"
	check "the guest runs on KVM" guest_run demo "dmesg | grep -q 'Hypervisor detected: KVM'"
	check "the host knows its VM and its two vCPUs" is_equal "$(cat $HOST/vm/*/vcpus)" 2
	check "it does not use kvmpv yet" is_equal "$(cat $HOST/vm/*/abi)" 0
}

guest_module()
{
	scene "The guest module finds its host and shakes hands"
	in_guest "modprobe kvmpv_guest watch_seconds=1"
	in_guest "kvmpvctl status --guest"
	check "the guest is active" guest_file_is state active
	check "all five features are negotiated" guest_uses kick yield unhalt stats page
	check "both sides mean the same host instance" guest_file_is instance "$(cat $HOST/instance)"
	check "the host says the same of its VM" has "$(cat $HOST/vm/*/used)" \
		kick yield unhalt stats page
	on_host "kvmpvctl status | tail -n 2"
}

traffic()
{
	scene "Kicks, yields, MSRs: counters move on both sides"
	say "The guest's self-test tries each feature on each vCPU, ten times."
	snapshot before
	in_guest "for i in \$(seq 10); do echo 1 > $GUEST/selftest; done; cat $GUEST/selftest"
	snapshot after
	check "every try passes" selftest kick yield unhalt stats page
	say "kvmpvctl stats, before and after:"
	show_growth guest
	show_growth host
	check "the guest sent kicks" grew guest kicks_sent 20
	check "they arrived at vCPUs" grew host kicks_received 20
	check "the host answered MSR accesses" grew host msr_reads 20
	check "no call was refused" grew host calls_refused 0
}

policy()
{
	scene "The host's administrator decides: no yields for this VM"
	on_host "kvmpvctl disable --vm $(vm) yield"
	wait_for "the guest has noticed and goes on without" 30 guest_uses_not yield
	in_guest "kvmpvctl status --guest | grep -E 'FEATURE|yield|kick'"
	check "kick, unhalt, stats, page are still in use" guest_uses kick unhalt stats page
	check "and work, says the self-test" selftest kick unhalt stats page
	on_host "kvmpvctl enable --vm $(vm) yield"
	wait_for "the guest uses yields again" 30 guest_uses yield
}

host_goes()
{
	scene "The host module is unloaded under the running guest"
	INSTANCE=$(cat $HOST/instance)
	on_host "rmmod kvmpv_host"
	check "nothing of it is left in the host" [ ! -e /sys/kernel/kvmpv ]
	check "the guest is alive" guest_run demo true
	wait_for "it has noticed" 30 guest_file_is state idle
	in_guest "cat $GUEST/state $GUEST/reason; uptime"
	check "it counts one lost host" guest_run demo "grep -qx 'host_lost 1' $GUEST/stats"
	check "KVM's own answers are back: no kvmpv in the guest's CPUID" guest_file_is cpuid_base none
}

host_returns()
{
	scene "Loaded again: the guest comes back by itself"
	on_host "modprobe kvmpv_host"
	wait_for "the guest is active again" 30 guest_file_is state active
	check "with another instance of the host module" [ "$(cat $HOST/instance)" != "$INSTANCE" ]
	check "which both sides agree on" guest_file_is instance "$(cat $HOST/instance)"
	check "and every feature works" selftest kick yield unhalt stats page
	in_guest "dmesg | grep kvmpv_guest: | tail -n 3"
	check "the guest is as healthy as before" guest_run demo true
	check "and ends in an orderly way" guest_stop demo
	wait_for "the host has forgotten its VM" 10 no_vms
	check "the modules can go, kvm.ko too" sh -c ". /lib/lab.sh; rmmod kvmpv_host && kvm_unload"
}

play_scenes
