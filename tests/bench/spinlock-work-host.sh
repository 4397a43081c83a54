# SPDX-License-Identifier: GPL-2.0-only
# In the lab host with two CPUs: whole workloads in a Linux guest with four vCPUs, with the kernel's own
# spinlocks and with pv-spinlock, in turns, since what a workload costs depends on what ran before it.
# 1x: two of the vCPUs are offline; 2x: all four; 3x: and two endless loops on the host. Prints "bench
# CASE WHEN TICKS 0": ticks of the run an operation, in hundredths. LEVELS, CASES, SEEDS, GUEST_APPEND
# may be set in front.
# shellcheck shell=dash
LEVELS=${LEVELS:-"1 2 3"}
CASES=${CASES:-"fork-pipe hackbench compile"}
SEEDS=${SEEDS:-11}
# shellcheck disable=SC2034 # for guest_start
GUEST_SMP=4 GUEST_MEM=384 GUEST_WAIT=900
hogs=''

level() # level 1|2|3
{
	local hog online=1

	[ "$1" -gt 1 ] || online=0
	guest_run g "for cpu in 2 3; do echo $online > /sys/devices/system/cpu/cpu\$cpu/online; done"
	for hog in $hogs; do
		kill "$hog"
	done
	hogs=''
	while [ "$(echo "$hogs" | wc -w)" -lt $(($1 * 2 - 4)) ]; do
		while :; do :; done &
		hogs="$hogs $!"
	done
}

work() # work LEVEL WHEN SEED
{
	guest_run g "usleep $(($3 * 791)); bench-spinlock-work $CASES" |
		awk -v level="$1" -v when="$2" '
		$1 == "ticks" { printf "bench %s-%sx %s %d 0\n", $2, level, when, $3 * 100 / $4; next }
		{ print "# WRONG", $0 }'
}

measure() # measure LEVEL base|kvmpv SEED
{
	local on=0

	[ "$2" = base ] || on=1
	guest_run g "echo $on > /sys/kernel/kvmpv/guest/features/pv-spinlock"
	work "$1" "$2" "$3"
}

# shellcheck disable=SC2086 # parameters are words
kvm_load ${KVM_ARGS:-}
guest_start g
guest_wait_ready g 600 || exit 1
guest_run g "modprobe kvmpv_guest enable=1 watch_seconds=1; mkdir -p /tmp"
for level in $LEVELS; do
	level "$level"
	work "$level" warm-up 0
	guest_run g "echo 1 > /sys/kernel/kvmpv/guest/spinlock/reset"
	seed=1
	while [ $seed -le "$SEEDS" ]; do
		# base kvmpv kvmpv base: who is first differs, and every other time nothing is switched
		if [ $((seed % 2)) -eq 1 ]; then
			measure "$level" base $seed
			measure "$level" kvmpv $seed
		else
			measure "$level" kvmpv $seed
			measure "$level" base $seed
		fi
		seed=$((seed + 1))
	done
	guest_run g "paste -sd' ' /sys/kernel/kvmpv/guest/spinlock/stats" | sed "s/^/# ${level}x: /"
done
level 2
guest_stop g
