# SPDX-License-Identifier: GPL-2.0-only
# In the lab host: the order in which a guest without kvmpv loads values into CR3, as KVM's tracepoint
# kvm_cr tells it. Prints "order CASE N...", numbers in the order of their first load, and "exits CASE
# COUNT". CASES may be set in front.
# shellcheck shell=dash
CASES=${CASES:-"hackbench-1 hackbench-5"}
# shellcheck disable=SC2034 # for guest_start
GUEST_SMP=1 GUEST_MEM=1024 GUEST_WAIT=600
TRACING=/sys/kernel/tracing

# values: what was written to CR3, with the PCID, as KVM and the cache tell roots apart
values()
{
	sed -nE 's/.*cr_write 3 = 0x(8000000)?([0-9a-f]+)$/\2/p' $TRACING/trace | sed 's/^0*//'
}

kvm_load ept=0
guest_start g
guest_wait_ready g 600 || exit 1
mount -t tracefs tracefs $TRACING 2> /dev/null
echo 60000 > $TRACING/buffer_size_kb
guest_run g "bench-cr3-linux hackbench-1"
for case in $CASES; do
	echo > $TRACING/trace
	echo 1 > $TRACING/events/kvm/kvm_cr/enable
	guest_run g "bench-cr3-linux $case" | sed 's/^ticks [^ ]* [0-9]*/exits '"$case"'/'
	echo 0 > $TRACING/events/kvm/kvm_cr/enable
	values | awk -v case="$case" '
		!($1 in number) { number[$1] = n++ }
		{ line = line " " number[$1] }
		NR % 200 == 0 { print "order", case line; line = "" }
		END { print "order", case line }'
done
guest_stop g
