#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make bench-cr3: address-space switches with and without the cr3 cache, in instructions and exits,
# on the intel lab's emulated host. Writes build/bench/cr3.json and prints the table; fails when a
# case misses its limit (cr3-limits).
#
# cr3.sh [PART]...: only these of the parts below; their results join those that are there already.
# cr3.sh order: in which order hackbench loads address spaces, and what could be made of it.
set -eu
cd "$(dirname "$0")/../.."

out=build/bench
parts=${*:-bare bare-ept linux linux-nopcid linux-ept linux-probe linux-6.12 linux-6.12-nopcid
	linux-6.12-probe}
# Where there is nothing to find: once, and not the longest
short="RUNS=1 CASES='ring-2 ring-4 switch-2 hackbench-1 fork mmap fault'"
mkdir -p $out

# run PART KERNEL SCRIPT SETTINGS OPTION...: results in $out/cr3-PART.log
run()
{
	local part=$1 kernel=$2 script=$3 settings=$4

	shift 4
	{ echo "$settings"; cat "$script"; } > "$out/cr3-$part.sh"
	echo "cr3.sh: $part" >&2
	tests/lab/run intel --kernel "$kernel" --deterministic --memory 2048 --timeout 6000 \
		--module "build/modules/$kernel/host/kvmpv_host.ko" --file build/kvmpv-vmm:/bin/kvmpv-vmm \
		--script "$out/cr3-$part.sh" "$@" > "$out/cr3-$part.log" || {
		tail -n 20 "$out/cr3-$part.log" >&2
		exit 1
	}
}

bare() # bare PART SETTINGS
{
	run "$1" 6.1 tests/bench/cr3-host.sh "$2" \
		--file build/guest-programs/bench-cr3.bin:/guest-programs/bench-cr3.bin
}

linux() # linux PART KERNEL SETTINGS [SCRIPT]
{
	run "$1" "$2" "${4:-tests/bench/cr3-linux-host.sh}" "$3" --guest-kernel "$2" \
		--guest-module "build/modules/$2/guest/kvmpv_guest.ko" \
		--guest-file build/bench-cr3-linux:/bin/bench-cr3-linux \
		--guest-file /usr/bin/hackbench:/usr/bin/hackbench
}

for part in $parts; do
	case $part in
	bare) bare "$part" "KVM_ARGS=ept=0" ;;
	bare-ept) bare "$part" "KVM_ARGS=ept=1" ;;
	linux) linux "$part" 6.1 "KVM_ARGS=ept=0 HACKBENCH_RUNS=9" ;;
	linux-nopcid) linux "$part" 6.1 "KVM_ARGS=ept=0 HACKBENCH_RUNS=9 GUEST_APPEND=nopcid" ;;
	linux-6.12) linux "$part" 6.12 "KVM_ARGS=ept=0" ;;
	linux-6.12-nopcid) linux "$part" 6.12 "KVM_ARGS=ept=0 GUEST_APPEND=nopcid" ;;
	linux-ept) linux "$part" 6.1 "KVM_ARGS=ept=1 $short" ;;
	linux-probe) linux "$part" 6.1 "KVM_ARGS=ept=0 GUEST_PARAMS=cr3_patch=probe $short" ;;
	linux-6.12-probe) linux "$part" 6.12 "KVM_ARGS=ept=0 GUEST_PARAMS=cr3_patch=probe $short" ;;
	order)
		linux "$part" 6.1 "" tests/bench/cr3-order-host.sh
		tests/bench/cr3-order $out/cr3-order.log
		exit
		;;
	*)
		echo "cr3.sh: no part $part" >&2
		exit 2
		;;
	esac
done
exec tests/bench/cr3-table $out
