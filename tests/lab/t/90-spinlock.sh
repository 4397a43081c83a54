# SPDX-License-Identifier: GPL-2.0-only
# pv-spinlock in Linux guests: switched under load, counted, tuned, refused. The guest has more vCPUs
# than the host has CPUs.
# lab: --timeout 900
# lab: --file tests/lab/t/spinlock-guest.sh:/lib/spinlock-guest.sh
# lab: --guest-module build/modules/@KERNEL@/test/lock_bench.ko
# lab: --guest-module build/modules/@KERNEL@/test/lock_storm.ko
# amd: --smp 1
# ibt: --timeout 3000
GUEST_WAIT=300
case $LAB in
amd) VCPUS=2 TOGGLES=4 PERIOD=5000 ;;
*) VCPUS=3 TOGGLES=6 PERIOD=1000 ;;
esac
. /lib/spinlock-guest.sh

traced()
{
	guest 'grep -cE "queued_spin_lock_slowpath|kvm_wait|kvm_kick_cpu" /sys/kernel/tracing/enabled_functions'
}

waits()
{
	guest 'awk "/^taken_/ { n += \$2 } END { print n + 0 }" $L/stats'
}

longs()
{
	guest 'awk "/^taken_/ && !/spin/ { n += \$2 } END { print n + 0 }" $L/stats'
}

kvm_load
boot pv
is "$(guest 'cat $S/features/pv-spinlock $L/mode; cat $S/used')" "0
none" "off at first"
is "$(traced)" 0 "nothing is hooked"
is "$(fight 3000)" "exact 1" "the kernel's own slow path"
is "$(waits)" 0 "nothing is counted"
ok "it is switched on, without a kvmpv host" in_guest 'kvmpvctl enable --runtime pv-spinlock'
is "$(guest 'cat $S/features/pv-spinlock $L/mode; cat $S/used')" "1
pv
pv-spinlock" "it is in use"
is "$(guest 'cat $S/reasons/pv-spinlock')" "" "no reason why not"
is "$(traced)" 3 "three functions are hooked"
is "$(fight 20000)" "exact 1" "our slow path"
like "$(waits)" '^[1-9]' "waits that ended are counted"
diag "$(guest 'cat $L/stats')"
before=$(longs)
sum=$(guest 'set -- $(grep ^spin_ticks $L/histogram); shift; t=0; for n; do t=$((t + n)); done; echo $t')
after=$(longs)
ok "the histogram has each long wait ($before, $sum, $after)" \
	test "$sum" -ge "$before" -a "$sum" -le $((after + VCPUS))
like "$(count longest_wait_ticks)" '^[0-9]+$' "the longest wait"

for bad in "yield_after 0" "yield_after 1048577" "yield_after x" "queue_after -1" "queue_after 1073741825" \
	"count 2" "sample 1000001" "sample ''" "reset 0" "mode pv"; do
	# shellcheck disable=SC2086 # two words
	set -- $bad
	not_ok "$1 does not take $2" guest "echo $2 > \$L/$1"
done
is "$(guest 'cat $L/yield_after $L/queue_after $L/count $L/sample')" "256
2048
1
0" "and stays what it was"
for good in "1 0" "1 1" "1048576 1073741824" "7 100" "256 2048"; do
	set -- $good
	guest "echo $1 > \$L/yield_after; echo $2 > \$L/queue_after"
	is "$(fight 1000)" "exact 1" "yield after $1, queue after $2"
done

guest 'echo 1 > $L/sample'
is "$(fight 20000)" "exact 1" "callers are looked up"
diag "$(guest 'cat $L/sites')"
like "$(guest 'cat $L/sites')" '^[1-9][0-9]* take_often\+0x[0-9a-f]+/0x[0-9a-f]+ \[lock_bench\]$' \
	"the caller is found"
guest 'echo 1 > $L/reset'
unlike "$(guest 'cat $L/sites')" take_often "a reset forgets callers"
guest 'echo 0 > $L/sample; echo 0 > $L/count; echo 1 > $L/reset'
is "$(guest 'cat $L/sites')" "" "without sampling there are none"
is "$(fight 5000)" "exact 1" "nothing is counted"
is "$(guest 'awk "{ n += \$2 } END { print n }" $L/stats')" 0 "indeed, and the reset was one"
guest 'echo 1 > $L/count'
ok "a vCPU a line in debugfs" guest '[ "$(grep -c "^[0-9]" /sys/kernel/debug/kvmpv/guest/spinlock/vcpus)" -ge 2 ]'

switches pv
modprobe kvmpv_host
ok "a kvmpv host comes" soon 30 guest 'grep -q yield $S/used'
guest 'echo 1 > $L/reset; echo 32 > $L/yield_after'
is "$(fight 10000)" "exact 1" "with a kvmpv host"
diag "$(guest 'cat $L/stats')"
like "$(($(count yields_given) + $(count yields_refused)))" '^[1-9]' "yields go to it"
is "$(count yields_unknown)" 0 "all of them"
guest 'echo 1 > $T/run'
in_guest 'echo 0 > /sys/devices/system/cpu/cpu1/online; sleep 1; echo 1 > /sys/devices/system/cpu/cpu1/online'
guest 'echo 0 > $T/run'
like "$(guest 'cat $T/result')" 'wrong 0$' "a CPU goes and comes"
switches "pv, with a host"
guest 'echo 1 > $T/run'
ok "the host module goes while they fight" rmmod kvmpv_host
sleep 2
guest 'echo 0 > $T/run'
like "$(guest 'cat $T/result')" 'wrong 0$' "nobody is stuck"

ok "enable 0 ends its use" guest 'echo 0 > $S/enable; [ "$(cat $L/mode)" = none ]'
is "$(guest 'cat $S/reasons/pv-spinlock')" "enable is 0" "and says why"
is "$(traced)" 0 "nothing is hooked any more"
ok "enable 1 brings it back" guest 'echo 1 > $S/enable; [ "$(cat $L/mode)" = pv ]'
guest 'echo 1 > $T/run'
ok "the module goes while they fight" guest 'rmmod kvmpv_guest'
sleep 1
guest 'echo 0 > $T/run'
like "$(guest 'cat $T/result')" 'wrong 0$' "nobody is stuck"
end pv

GUEST_APPEND=nopvspin
boot nopvspin
ok "nopvspin: switched on" guest 'echo 1 > $S/features/pv-spinlock'
is "$(guest 'cat $L/mode')" native "nopvspin: the native slow path"
is "$(fight 30000)" "exact 1" "nopvspin: our slow path"
like "$(waits)" '^[1-9]' "nopvspin: waits are counted"
switches nopvspin
end nopvspin

GUEST_APPEND=''
boot "one vCPU" 1
not_ok "one vCPU: refused" guest 'echo 1 > $S/features/pv-spinlock'
is "$(guest 'kvmpvctl enable --runtime pv-spinlock > /dev/null 2>&1; echo $?')" 4 "one vCPU: exit code 4"
like "$(guest 'kvmpvctl enable --runtime pv-spinlock 2>&1')" "not needed: this guest has one vCPU" "one vCPU: why"
end "one vCPU"

if [ "$LAB" = amd ]; then
	GUEST_CPU=host,-kvm-pv-unhalt
	boot "no PV_UNHALT"
	ok "no PV_UNHALT: switched on" guest 'echo 1 > $S/features/pv-spinlock'
	is "$(guest 'cat $L/mode')" native "no PV_UNHALT: the native slow path"
	is "$(fight 3000)" "exact 1" "no PV_UNHALT: our slow path"
	switches "no PV_UNHALT"
	end "no PV_UNHALT"

	GUEST_CPU=host,kvm-hint-dedicated=on
	boot dedicated
	not_ok "dedicated: refused" guest 'echo 1 > $S/features/pv-spinlock'
	like "$(guest 'cat $S/reasons/pv-spinlock')" "never preempted" "dedicated: why"
	end dedicated
fi
lab_log_check
done_testing
