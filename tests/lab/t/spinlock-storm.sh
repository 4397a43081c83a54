# SPDX-License-Identifier: GPL-2.0-only
# The storms of 92-spinlock-*: ROUNDS times something happens to a guest whose contexts all fight for
# locks, in guests with the slow paths of PV_UNHALT and of nopvspin. What happens is random, but the
# same in each run.
# shellcheck shell=dash
case $LAB in
amd) VCPUS=2 PERIOD=5000 GUEST_WAIT=300 ;;
*) VCPUS=3 PERIOD=1000 GUEST_WAIT=300 ;;
esac
. /lib/spinlock-guest.sh
SEED=4711
HOGS=''

# Sets RANDOM_NUMBER to one below $1: Lehmer's generator, as busybox has no srand of its own
random()
{
	SEED=$((SEED * 48271 % 2147483647))
	RANDOM_NUMBER=$((SEED / 7 % $1))
}

toggle()
{
	guest 'v=$(cat $S/features/pv-spinlock); echo $((1 - v)) > $S/features/pv-spinlock'
}

tune()
{
	random 4
	case $RANDOM_NUMBER in
	0) guest 'echo 1 > $L/yield_after; echo 0 > $L/queue_after' ;;
	1) guest 'echo 16 > $L/yield_after; echo 1000000 > $L/queue_after' ;;
	2) guest 'echo 512 > $L/yield_after; echo 513 > $L/queue_after; echo 7 > $L/sample' ;;
	3) guest 'echo 256 > $L/yield_after; echo 2048 > $L/queue_after; echo 0 > $L/sample' ;;
	esac
	random 2
	guest "echo $RANDOM_NUMBER > \$L/count; echo 1 > \$L/reset"
}

hotplug()
{
	guest 'f=/sys/devices/system/cpu/cpu1/online; v=$(cat $f); echo $((1 - v)) > $f'
}

host_module()
{
	if [ -d /sys/module/kvmpv_host ]; then
		rmmod kvmpv_host
	else
		modprobe kvmpv_host
	fi
}

stand_still()
{
	local pid

	pid=$(cat /run/guest-g.pid)
	kill -STOP "$pid" && usleep 300000 && kill -CONT "$pid"
}

hogs()
{
	if [ -n "$HOGS" ]; then
		# shellcheck disable=SC2086 # words
		kill $HOGS
		HOGS=''
	else
		while :; do :; done &
		HOGS=$!
		while :; do :; done &
		HOGS="$HOGS $!"
	fi
}

storm() # storm NAME
{
	local i=0 what failed=0

	guest 'echo 1 > $S/features/pv-spinlock; echo 1 > $T/run'
	while [ $i -lt $ROUNDS ]; do
		random 8
		case $RANDOM_NUMBER in
		0 | 1 | 2) what=toggle ;;
		3) what=tune ;;
		4) what=hotplug ;;
		5) what=host_module ;;
		6) what=stand_still ;;
		7) what=hogs ;;
		esac
		$what || { diag "$1: round $i: $what failed"; failed=$((failed + 1)); break; }
		i=$((i + 1))
		[ $((i % 50)) -ne 0 ] || diag "$1: $i rounds"
	done
	[ -z "$HOGS" ] || hogs
	is $failed 0 "$1: $ROUNDS rounds"
	ok "$1: the end comes for all" guest 'echo 0 > $T/run; echo 1 > /sys/devices/system/cpu/cpu1/online; true'
	result=$(guest 'cat $T/result')
	diag "$1: $result"
	diag "$(guest 'cat $L/stats')"
	like "$result" 'wrong 0$' "$1: every lock was held by one at a time"
	like "$result" 'task [1-9].* softirq [1-9].* hardirq [1-9].* nmi [1-9]' "$1: every context had its turn"
	guest 'echo 0 > $S/features/pv-spinlock'
	is "$(guest 'cat $L/mode')" none "$1: switched off"
}

kvm_load
boot pv
storm pv
end pv
# shellcheck disable=SC2034 # for guest_start
GUEST_APPEND=nopvspin
boot nopvspin
storm nopvspin
end nopvspin
lab_log_check
done_testing
