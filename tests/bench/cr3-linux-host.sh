# SPDX-License-Identifier: GPL-2.0-only
# In the lab host: the same Linux guest without kvmpv and with the cr3 cache, in turns, since what a
# workload costs depends on what ran before it. Prints "bench CASE WHEN TICKS EXITS", in hundredths
# an operation. KVM_ARGS, CASES, RUNS, HACKBENCH_RUNS, GUEST_APPEND and GUEST_PARAMS (of the guest
# module) may be set in front.
# shellcheck shell=dash
# Two runs of a ring or of churn differ by half a per cent, two of hackbench by several: there are three
# of them in a round, and HACKBENCH_RUNS more rounds of hackbench.
HACKBENCH="hackbench-1 hackbench-1 hackbench-1 hackbench-5 hackbench-5"
RINGS="ring-2 ring-2 ring-2 ring-4 ring-4 ring-4"
CHURN="fork fork fork mmap mmap mmap fault fault fault"
CASES=${CASES:-"$RINGS switch-2 $HACKBENCH $CHURN"}
RUNS=${RUNS:-3}
HACKBENCH_RUNS=${HACKBENCH_RUNS:-0}
# shellcheck disable=SC2034 # for guest_start
GUEST_SMP=1 GUEST_MEM=1024 GUEST_WAIT=600

bench() # bench WHEN CASES
{
	# shellcheck disable=SC2116,SC2086 # one line
	guest_run g "bench-cr3-linux $(echo $2)" | awk -v when="$1" '
		$1 == "ticks" { printf "bench %s %s %d %d\n", $2, when, \
			$3 * 100 / $5, $4 * 100 / $5; next }
		{ print "#", $0 }'
}

with_kvmpv() # with_kvmpv CASES
{
	insmod /mod/kvmpv_host.ko || exit 1
	# At its first contact the host gets to know the VM; then it can be offered the cache.
	guest_run g "modprobe kvmpv_guest enable=1 watch_seconds=1 ${GUEST_PARAMS:-}"
	for vm in /sys/kernel/kvmpv/host/vm/*; do
		echo 1 > "$vm/features/cr3-cache" ||
			echo "# not offered: $(cat /sys/kernel/kvmpv/host/reasons/cr3-cache)"
	done
	sleep 3
	guest_run g "cat /sys/kernel/kvmpv/guest/used /sys/kernel/kvmpv/guest/cr3_cache" |
		sed 's/^/# guest: /'
	bench kvmpv "$1"
	guest_run g "grep cr3 /sys/kernel/kvmpv/guest/stats" | sed 's/^/# guest /'
	grep cr3 /sys/kernel/kvmpv/host/stats | sed 's/^/# host /'
	guest_run g "rmmod kvmpv_guest"
	rmmod kvmpv_host || exit 1
}

# shellcheck disable=SC2086 # parameters are words
kvm_load ${KVM_ARGS:-ept=0}
guest_start g
guest_wait_ready g 600 || exit 1
# The first runs differ from all others.
bench warm-up "$HACKBENCH fork mmap fault"
round=1
while [ $round -le $((RUNS + HACKBENCH_RUNS)) ]; do
	cases=$CASES
	[ $round -le "$RUNS" ] || cases=$HACKBENCH
	if [ $((round % 2)) -eq 1 ]; then
		with_kvmpv "$cases"
		bench base "$cases"
	else
		bench base "$cases"
		with_kvmpv "$cases"
	fi
	round=$((round + 1))
done
guest_stop g
