# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl doctor on what it sees VMs do: short halts that nobody polls for, vCPUs that spin in time they
# have to share, an APIC by memory. Each with its opposite: the same VM on a host that is set otherwise.
# lab: --timeout 900
# amd: --smp 1
PROGRAM=/guest-programs/exits.bin
# shellcheck disable=SC2034 # for guest_run
GUEST_WAIT=300

# busy VCPUS WORD: a VM that does what WORD says, for a while
busy()
{
	kvmpv-vmm bare $PROGRAM --smp "$1" --arg "$2" --stop-after 12 &
	vm=$!
	sleep 2
}

# judged NAME SIDE: doctor's line of that check, and what it advises
judged()
{
	kvmpvctl doctor "--$2" > /tmp/doctor 2>&1
	grep -A 1 "$2.$1 " /tmp/doctor > /tmp/line
}

# found VERDICT TEXT: it is so
found()
{
	tr -s ' \n' ' ' < /tmp/line | grep -qE "$1.*$2"
	result $? "$1: $2" || diag "$(cat /tmp/line /tmp/doctor; kvmpvctl exits --vm $vm)"
}

unfound()
{
	! grep -q . /tmp/line
	result $? "$1" || diag "$(cat /tmp/line)"
}

if grep -qw svm /proc/cpuinfo; then
	VCPUS=4 PLE_OFF=pause_filter_count=0
else
	VCPUS=2 PLE_OFF=ple_gap=0
fi

kvm_load kvm.halt_poll_ns=0 $PLE_OFF
if [ "$LAB" = amd ]; then
	skip "halt polling" "how long a halt lasts is the emulator's matter: 0.7 ms, longer than KVM polls"
else
	busy 2 ping
	judged halt-polling host
	found WARN "VM $vm halts [0-9]{4,} times a second for [0-9]+ us each, and is put to sleep each time: halt polling is off"
	found WARN "kvmpvctl enable --host halt-poll"
	kvmpvctl enable --runtime --host halt-poll
	judged halt-polling host
	found PASS "KVM polls for the end of halts for up to 200 us"
	wait $vm
fi

busy $VCPUS spin
judged pause-exits host
found WARN "the vCPUs of VM $vm wait for CPUs [0-9]{2} % of their time, and one that spins is not noticed"
judged halt-polling host
unfound "nobody halts"
wait $vm
busy 1 spin
judged pause-exits host
unfound "one vCPU waits for nobody"
wait $vm

# With it
ok "KVM is unloaded" kvm_unload
kvm_load
if grep -qx 0 /sys/module/kvm_amd/parameters/pause_filter_count 2> /dev/null; then
	skip "pause exits" "this CPU has none"
else
	busy $VCPUS spin
	judged pause-exits host
	found WARN "the vCPUs of VM $vm wait for CPUs [0-9]{2} % of their time, and spin in the rest: [0-9]{4,} pause exits a second"
	wait $vm
fi

# shellcheck disable=SC2034 # for guest_start
GUEST_SMP=1 GUEST_APPEND=nox2apic
ok "a guest that was told to use xAPIC" guest_start g
ok "it is ready" guest_wait_ready g
in_guest 'kvmpvctl doctor --guest' > /tmp/line
! grep -q guest.x2apic /tmp/line
result $? "without the module nothing shows it, and nothing is said" || diag "$(cat /tmp/line)"
like "$(in_guest 'modprobe kvmpv_guest; kvmpvctl doctor --guest')" \
	'WARN +guest.x2apic +this guest runs on xAPIC though x2APIC is exposed to it' "with it it is told so"
ok "the guest stops" guest_stop g
# shellcheck disable=SC2034 # for guest_start
GUEST_APPEND=''
ok "one that was not" guest_start g
ok "it is ready, too" guest_wait_ready g
like "$(in_guest 'modprobe kvmpv_guest; kvmpvctl doctor --guest')" \
	'PASS +guest.x2apic +this guest uses x2APIC' "nothing to mend"
ok "it stops" guest_stop g
lab_log_check
done_testing
