# SPDX-License-Identifier: GPL-2.0-only
# A guest with two vCPUs on a host with two CPUs that takes exceptions and interrupts without end, and no
# kvmpv anywhere: the emulator has to bear that before anything else is to be believed. One without
# mend_exceptions of tests/lab/bochs does not. Nor, without mend_interrupts, a guest whose vCPUs wait for
# each other with interrupts off, on a host where no pause-loop exit ends that.
# lab: --timeout 1200 --smp 2
kvm_load
# shellcheck disable=SC2034 # for guest_start
GUEST_WAIT=600
ok "the guest starts" guest_start g
ok "it is ready" guest_wait_ready g
ok "processes come and go" guest_run g 'i=0; while [ $i -lt 800 ]; do
	busybox true & busybox true; i=$((i + 1)); done; wait'
ok "it goes on" guest_run g true
ok "it stops" guest_stop g
ok "KVM unloads" soon 30 kvm_unload
kvm_load ple_gap=0
# shellcheck disable=SC2034 # for guest_start
GUEST_SMP=4
ok "without exits of loops: the guest starts" guest_start h
ok "it is ready" guest_wait_ready h
ok "it stops" guest_stop h
ok "KVM unloads" soon 30 kvm_unload
lab_log_check
done_testing
