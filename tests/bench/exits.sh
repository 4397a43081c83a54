#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make bench-exits: what leaving the guest costs, by kvmpvctl bench exits, on both labs' emulated hosts.
# Writes build/bench/exits.json and prints the tables; fails when a ratio misses its limit
# (exits-limits).
#
# exits.sh [PART]...: only these of the parts below; their results join those that are there already.
set -eu
cd "$(dirname "$0")/../.."

out=build/bench
parts=${*:-intel-6.1 intel-6.1-pair intel-6.1-noept intel-6.12 amd-6.1 amd-6.12}
mkdir -p $out

run() # run PART LAB KERNEL SETTINGS [OPTION]...: results in $out/exits-PART.log
{
	local part=$1 lab=$2 kernel=$3 settings=$4

	shift 4
	{ echo "$settings"; cat tests/bench/exits-host.sh; } > "$out/exits-$part.sh"
	echo "exits.sh: $part" >&2
	tests/lab/run "$lab" --kernel "$kernel" --timeout 3000 "$@" \
		--module "build/modules/$kernel/host/kvmpv_host.ko" --file build/kvmpv-vmm:/bin/kvmpv-vmm \
		--guest-module "build/modules/$kernel/guest/kvmpv_guest.ko" \
		--guest-module "build/modules/$kernel/guest/kvmpv_bench.ko" \
		--guest-file build/kvmpvctl:/bin/kvmpvctl \
		--script "$out/exits-$part.sh" > "$out/exits-$part.log.new" || {
		tail -n 20 "$out/exits-$part.log.new" >&2
		exit 1
	}
	mv "$out/exits-$part.log.new" "$out/exits-$part.log"
}

for part in $parts; do
	case $part in
	intel-6.1 | intel-6.12) run "$part" intel "${part#*-}" "" --deterministic ;;
	# Two host CPUs take turns: ticks are those of both.
	intel-6.1-pair) run "$part" intel 6.1 "PAIR=1" --deterministic --smp 2 ;;
	intel-6.1-noept) run "$part" intel 6.1 "KVM_ARGS=ept=0" --deterministic ;;
	# By itself this machine type has only the local APICs in KVM, and the PIT in QEMU.
	amd-6.1 | amd-6.12)
		run "$part" amd "${part#*-}" \
			"GUEST_MACHINE=microvm,pic=on,pit=on,isa-serial=on,rtc=on,kernel-irqchip=on" --icount
		;;
	*)
		echo "exits.sh: no part $part" >&2
		exit 2
		;;
	esac
done
exec tests/bench/exits-table $out
