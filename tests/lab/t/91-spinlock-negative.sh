# SPDX-License-Identifier: GPL-2.0-only
# Would the storms of pv-spinlock notice? A guest module that leaves out the wake-up (make
# negative-modules) must leave the guest stuck, in the same storm that the module as it is gets over:
# with interrupts off nothing else ends a waiter's sleep.
# lab: --timeout 900
# lab: --file tests/lab/t/spinlock-guest.sh:/lib/spinlock-guest.sh
# lab: --guest-file build/modules/@KERNEL@/negative/kvmpv_guest.ko:/negative/kvmpv_guest.ko
# lab: --guest-module build/modules/@KERNEL@/test/lock_bench.ko
# lab: --guest-module build/modules/@KERNEL@/test/lock_storm.ko
# lab: --allow-log rcu_preempt --allow-log Call.Trace --allow-log soft.lockup --allow-log INFO:.task
# intel: --smp 2 --memory 1024
# shellcheck disable=SC2034 # for boot and guest_start
VCPUS=4 PERIOD=300 GUEST_WAIT=60
. /lib/spinlock-guest.sh

# All waiters queue at once; a host CPU that is busy with something else makes them sleep.
storm()
{
	guest 'echo 1 > $S/features/pv-spinlock; echo 1 > $L/yield_after; echo 0 > $L/queue_after'
	guest 'echo 1 > $T/run'
	while :; do :; done &
	hog=$!
	sleep 4
	kill $hog
	guest 'echo 0 > $T/run; cat $T/result'
}

kvm_load
boot "as it is"
result=$(storm)
diag "$result"
diag "$(guest 'cat $L/stats')"
like "$result" 'wrong 0$' "as it is: the storm passes"
like "$(count kicks_sent)" '^[1-9]' "as it is: sleepers were kicked"
end "as it is"

GUEST_WAIT=15
ok "no wake-up: the guest starts" guest_start g
ok "no wake-up: it is ready" guest_wait_ready g 300
in_guest 'insmod /negative/kvmpv_guest.ko enable=1; modprobe lock_storm'
guest "echo $PERIOD > \$T/period_us"
storm > /tmp/stuck 2>&1
diag "$(cat /tmp/stuck)"
unlike "$(cat /tmp/stuck)" 'wrong 0$' "no wake-up: caught, the storm does not end"
guest_kill g
done_testing
