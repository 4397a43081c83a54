#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make bench-spinlock: a lock loop with the kernel's slow paths and with pv-spinlock, from none to
# fourfold overcommit, on the intel lab's emulated host with two CPUs. Writes
# build/bench/spinlock.json and prints the table; fails when a case misses its limit
# (spinlock-limits).
#
# spinlock.sh [PART]...: only these of the parts below; their results join those that are there.
set -eu
cd "$(dirname "$0")/../.."

out=build/bench
parts=${*:-pv pv-host pv-nople pv-8 counting nopvspin pv-6.12 work work-6.12 amd amd-6.12}
few="SEEDS=11"
amd="$few OPS=1000000 CASES='2v2x 3v3x 4v4x'"
mkdir -p $out

run() # run PART LAB KERNEL SCRIPT SETTINGS OPTION...: results in $out/spinlock-PART.log
{
	local part=$1 lab=$2 kernel=$3 script=$4 settings=$5

	shift 5
	{ echo "$settings"; cat "$script"; } > "$out/spinlock-$part.sh"
	echo "spinlock.sh: $part" >&2
	tests/lab/run "$lab" --kernel "$kernel" --timeout 6000 "$@" \
		--module "build/modules/$kernel/host/kvmpv_host.ko" --file build/kvmpv-vmm:/bin/kvmpv-vmm \
		--guest-kernel "$kernel" --guest-module "build/modules/$kernel/guest/kvmpv_guest.ko" \
		--guest-module "build/modules/$kernel/test/lock_bench.ko" \
		--script "$out/spinlock-$part.sh" > "$out/spinlock-$part.log" || {
		tail -n 20 "$out/spinlock-$part.log" >&2
		exit 1
	}
	! grep -q "# WRONG" "$out/spinlock-$part.log" || {
		grep "# WRONG" "$out/spinlock-$part.log" >&2
		exit 1
	}
}

locks() # locks PART KERNEL SETTINGS
{
	run "$1" intel "$2" tests/bench/spinlock-host.sh "$3" --smp 2 --deterministic --memory 768
}

# QEMU's TSC is the machine's time, so nothing but ratios of many operations says anything. Counting
# instructions (--icount) does not get a Linux guest up.
locks_amd() # locks_amd PART KERNEL SETTINGS
{
	run "$1" amd "$2" tests/bench/spinlock-host.sh "$3" --smp 1
}

work() # work PART KERNEL SETTINGS
{
	run "$1" intel "$2" tests/bench/spinlock-work-host.sh "$3" --smp 2 --deterministic --memory 1024 \
		--guest-file build/bench-spinlock-work:/bin/bench-spinlock-work \
		--guest-file build/bench-sources:/sources --guest-file /usr/bin/tcc:/usr/bin/tcc \
		--guest-file /usr/bin/hackbench:/usr/bin/hackbench
}

for part in $parts; do
	case $part in
	pv) locks "$part" 6.1 "" ;;
	pv-host) locks "$part" 6.1 "HOST=1 $few CASES='4v2x 4v3x 4v4x'" ;;
	pv-nople) locks "$part" 6.1 "KVM_ARGS=ple_gap=0 $few CASES='2v1x 2v2x 2v3x 4v2x 4v3x'" ;;
	pv-8) locks "$part" 6.1 "GUEST_SMP=8 $few CASES=8v4x" ;;
	counting) locks "$part" 6.1 "SWITCH=spinlock/count SEEDS=21 CASES='2v1x 4v2x'" ;;
	nopvspin) locks "$part" 6.1 "GUEST_APPEND=nopvspin SEEDS=7 OPS=16000 CASES='4v2x 4v3x 4v4x'" ;;
	pv-6.12) locks "$part" 6.12 "$few CASES='1v1x 2v1x 4v2x 4v3x 4v4x'" ;;
	work) work "$part" 6.1 "" ;;
	work-6.12) work "$part" 6.12 "SEEDS=2" ;;
	amd) locks_amd "$part" 6.1 "$amd" ;;
	amd-6.12) locks_amd "$part" 6.12 "$amd" ;;
	*)
		echo "spinlock.sh: no part $part" >&2
		exit 2
		;;
	esac
done
exec tests/bench/spinlock-table $out
