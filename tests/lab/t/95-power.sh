# SPDX-License-Identifier: GPL-2.0-only
# A guest with everything in use goes to sleep and wakes up, and goes into another kernel by kexec: its
# host forgets it in time, its locks go on, and afterwards everything can be used again.
# lab: --timeout 1200
# lab: --file tests/lab/t/spinlock-guest.sh:/lib/spinlock-guest.sh
# lab: --guest-module build/modules/@KERNEL@/test/lock_bench.ko
# lab: --guest-module build/modules/@KERNEL@/test/lock_storm.ko
# lab: --guest-file build/lab/kexec:/bin/kexec
# lab: --guest-file build/kernels/@KERNEL@/boot/vmlinuz:/vmlinuz
# amd: --smp 1
HOST=/sys/kernel/kvmpv/host
VCPUS=2
. /lib/spinlock-guest.sh

# A machine that can sleep (microvm cannot), tells on its console how, and has room for a second kernel
# shellcheck disable=SC2034 # for guest_start
GUEST_MACHINE=q35 GUEST_MEM=512 GUEST_WAIT=200 GUEST_SMP=$VCPUS GUEST_APPEND="no_console_suspend loglevel=7"

features_on()
{
	in_guest 'modprobe kvmpv_guest watch_seconds=1 enable=1; modprobe lock_bench; modprobe lock_storm
		echo 1 > $S/features/pv-spinlock; echo 5000 > /sys/module/lock_storm/parameters/period_us'
}

in_use() # the guest has told its host what it uses, and uses pv-spinlock
{
	[ "$(cat $HOST/vm/*/abi)" = 1 ] && guest 'grep -q kick $S/used && grep -q pv-spinlock $S/used'
}

log_has() # log_has TEXT N: the guest's console has seen TEXT so many times
{
	[ "$(grep -c "$1" /run/guest-g.log)" -eq "$2" ]
}

woken() # woken N: the guest has woken up for the Nth time; until then it is woken
{
	echo system_wakeup > /run/monitor.in
	log_has "PM: suspend exit" "$1"
}

clean()
{
	is "$(guest 'dmesg | grep -cE "WARNING|BUG|Oops|stall|soft lockup|hung"')" 0 "$1: the guest's log is clean"
}

kvm_load
ok "the host module" modprobe kvmpv_host
mkfifo /run/monitor.in /run/monitor.out
cat /run/monitor.out > /dev/null &
ok "the guest starts" guest_start g -chardev pipe,id=monitor,path=/run/monitor -mon monitor
ok "it is ready" guest_wait_ready g
features_on
ok "everything is in use" soon 30 in_use
like "$(guest 'cat /sys/power/mem_sleep')" deep "the machine can suspend to RAM"

guest 'echo 1 > $T/run'
for round in 1 2 3; do
	guest '(sleep 1; echo mem > /sys/power/state) > /dev/null 2>&1 &'
	ok "suspend to RAM, $round: it goes to sleep" soon 60 log_has "Preparing to enter system sleep" $round
	ok "suspend to RAM, $round: it wakes up" soon 100 woken $round
	ok "suspend to RAM, $round: everything is in use again" soon 30 in_use
	is "$(guest 'cat $L/mode')" pv "suspend to RAM, $round: locks, too"
	ok "suspend to RAM, $round: each feature works on each vCPU" guest 'echo 1 > $S/selftest'
done
guest 'echo 0 > $T/run'
result=$(guest 'cat $T/result')
diag "$result"
like "$result" 'wrong 0$' "every lock was held by one at a time"
is "$(guest 'cat /sys/devices/system/cpu/online')" 0-1 "both vCPUs are there"
clean "after sleeping"

ok "kexec: an initramfs" guest_pack /run/initrd
guest 'echo 1 > $T/run'
ok "kexec: it is loaded" guest 'kexec -l /vmlinuz /run/initrd "$(cat /proc/cmdline) kexeced"'
ok "kexec: it starts" guest '(sleep 1; exec kexec -e) > /dev/console 2>&1 &'
sleep 1
: > /run/guest-g.out
ok "kexec: the other kernel is there" guest_wait_ready g 400
like "$(guest 'cat /proc/cmdline')" 'kexeced$' "kexec: indeed"
is "$(cat $HOST/vm/*/abi)" 0 "kexec: the host has forgotten the first one"
features_on
ok "kexec: everything is in use" soon 30 in_use
ok "kexec: each feature works on each vCPU" guest 'echo 1 > $S/selftest'
is "$(fight 3000)" "exact 1" "kexec: locks"
clean kexec
ok "the guest stops" guest_stop g
ok "no VM is left behind" soon 10 no_vms
ok "the host module unloads" rmmod kvmpv_host
lab_log_check
done_testing
