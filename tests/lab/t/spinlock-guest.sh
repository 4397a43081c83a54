# SPDX-License-Identifier: GPL-2.0-only
# For the tests of pv-spinlock: a Linux guest with VCPUS vCPUs in which all contexts can be made to
# fight for locks, with PERIOD microseconds from one interrupt of a vCPU to the next.
# shellcheck shell=dash
L='L=$S/spinlock; B=/sys/module/lock_bench/parameters; T=/sys/module/lock_storm/parameters;'

guest()
{
	in_guest "$L $1"
}

fight() # fight OPS: prints "exact N", of all vCPUs
{
	guest "echo $VCPUS > \$B/threads; echo $1 > \$B/ops; echo 1 > \$B/run; sed 's/.* exact/exact/' \$B/result"
}

count() # count NAME
{
	guest "sed -n 's/^$1 //p' \$L/stats"
}

boot() # boot NAME [VCPUS]
{
	# shellcheck disable=SC2034 # for guest_start
	GUEST_SMP=${2:-$VCPUS}
	ok "$1: the guest starts" guest_start g
	ok "$1: it is ready" guest_wait_ready g
	in_guest 'modprobe kvmpv_guest watch_seconds=1 enable=1; modprobe lock_bench; modprobe lock_storm'
	guest "echo $PERIOD > \$T/period_us"
}

# toggle_often N: off and on, in the guest
toggle_often()
{
	guest "i=0
		while [ \$i -lt $1 ]; do
			echo 0 > \$S/features/pv-spinlock && echo 1 > \$S/features/pv-spinlock || exit 1
			i=\$((i + 1))
		done"
}

switches() # switches NAME: TOGGLES times off and on while every context fights for locks
{
	local left=$TOGGLES some

	guest 'echo 1 > $T/run'
	while [ "$left" -gt 0 ]; do
		some=$((left < 20 ? left : 20))
		toggle_often $some || break
		left=$((left - some))
		[ "$left" -eq 0 ] || diag "$1: $left times to go"
	done
	is "$left" 0 "$1: $TOGGLES times off and on while all contexts fight for locks"
	guest 'echo 0 > $T/run'
	result=$(guest 'cat $T/result')
	diag "$1: $result"
	like "$result" 'wrong 0$' "$1: every lock was held by one at a time"
	like "$result" 'task [1-9].* softirq [1-9].* hardirq [1-9].* nmi [1-9]' "$1: every context had its turn"
}

end() # end NAME
{
	is "$(in_guest 'dmesg | grep -cE "WARNING|BUG|Oops|stall|soft lockup|hung"')" 0 "$1: the guest's log is clean"
	ok "$1: the guest stops" guest_stop g
}
