#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl exits, over what was counted elsewhere: ROOT/exits, and a debugfs without tracepoints.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"

events=sys/kernel/tracing/events/kvm
debugfs=sys/kernel/debug/kvm

counters() { # DIR EXITS: what KVM counts
	mkdir -p "$root/$debugfs/$1"
	echo "$2" >"$root/$debugfs/$1/exits"
	echo 6500 >"$root/$debugfs/$1/io_exits"
	echo 0 >"$root/$debugfs/$1/mmio_exits"
}

tree exits-amd
counters 2000-12 11638
exits 0 "AMD" exits
golden exits-amd
exits 0 "AMD, no legend" exits --no-legend
hasnt "no legend" REASON
exits 0 "AMD, JSON" exits --json
says reasons_source tracepoints
says seconds 2.0
says why_no_reasons null
says vms.length 2
says vms.0.pid 2000
says vms.0.comm qemu-system-x86
says vms.0.vcpus 2
says vms.0.exits 11638
says vms.0.heavy 6101
says vms.0.per_second 5819.0
says vms.0.guest_percent 86.6
says vms.0.halt_percent 11.5
says vms.0.wait_percent 0.6
says vms.0.reasons.0.name IO
says vms.0.reasons.0.reason 123
says vms.0.reasons.0.count 6500
says vms.0.reasons.0.heavy 6000
says vms.0.reasons.0.per_second 3250.0
says vms.0.reasons.0.time_percent 1.8
says vms.0.reasons.1.name HLT
says vms.0.reasons.length 6
says vms.0.reasons.5.name 0x123
says vms.0.details.length 5
says vms.0.details.0.kind port-out
says vms.0.details.0.address 128
says vms.0.details.4.kind mmio-write
says vms.0.details.4.address 4276093104
says vms.0.counters_source debugfs
says vms.0.counters.exits.total 11638
says vms.1.pid 11986
says vms.1.exits 0
says vms.1.counters null
exits 0 "one VM" exits --vm 2000-3
hasnt "one VM" 11986
exits 0 "one VM, by process" exits --vm 2000 --json
says vms.length 1
exits 0 "watch" exits --watch 1 --count 2 --json
has "a line each" '"command":"exits"'
[ "$(wc -l <"$out")" -eq 2 ]
ok $? "two refreshes, two lines" "$out"
sed -i 1d "$out"
says vms.0.reasons.0.count 6500

tree exits-intel
exits 0 "Intel" exits
golden exits-intel
exits 0 "Intel, JSON" exits --json
says vms.0.reasons.0.name IO_INSTRUCTION
says vms.0.halt_percent 11.5
says vms.0.counters_source null
rm "$root/$events/kvm_exit/format"
exits 0 "no names" exits
has "numbers then" 0x1e
printf '%s\n' "lost 12" >>"$root/exits"
exits 0 "exits that found no room" exits
has "are told of" "12 exits found no room"

for bad in "seconds" "second 1" "exit 1e" "exit 1e port-sideways 0 1 1 0 0" "vm x 1 1 1" \
	"exit 1e none 0 1 1 0" "vm 1 2 3" "$(printf '%0200d' 0)" "$(printf 'exit\0331')"; do
	tree exits-intel
	echo "$bad" >>"$root/exits"
	exits 1 "bad record" exits
	has "it is named" "not understood: $root/exits"
done
tree exits-intel
sed -i 2d "$root/exits"
exits 1 "exits of nobody" exits

# No tracepoints: KVM's own counters
tree exits-intel
rm "$root/exits"
counters 2000-12 100
exits 0 "no tracepoints" exits --watch 1 --count 1
has "KVM's counters" "io_exits                    6500      0         0.0"
has "it says why" "no exits by reason: KVM's tracepoints are not there"
has "and what next" "next: mount -t tracefs tracefs /sys/kernel/tracing"
(
	sleep 0.5
	echo 150 >"$root/$debugfs/2000-12/exits"
) &
exits 0 "no tracepoints, JSON" exits --json
wait
says reasons_source null
says why_no_reasons "KVM's tracepoints are not there"
says vms.0.exits null
says vms.0.counters.exits.total 150
says vms.0.counters.exits.count 50
says vms.0.counters.io_exits.count 0
says vms.0.counters_source debugfs
counters 2000-13 7
exits 0 "a process with two VMs" exits --json
says vms.length 1
says vms.0.counters.exits.total 157
for bad in "" x -1 18446744073709551616 "1 2"; do
	counters 2000-13 "$bad"
	exits 4 "bad counters" exits
	has "it says what is missing" "nor are there counters of KVM's own in reach"
done
rm -r "${root:?}/$debugfs/2000-12" "${root:?}/$debugfs/2000-13"
exits 3 "no VM" exits
has "it says so" "no VM runs here"
exits 3 "no VM, JSON" exits --json
says error.code 3
rm -r "${root:?}/$debugfs"
exits 3 "no debugfs" exits
mkdir -p "$root/proc/2000/fd"
for link in kvm-vcpu:0 kvm-vm-stats kvm-vmx '[eventfd]'; do
	ln -s "anon_inode:$link" "$root/proc/2000/fd/7"
	exits 3 "no debugfs, a process with $link" exits
	rm "$root/proc/2000/fd/7"
done
for link in kvm-vm '[kvm-vm]'; do
	ln -s "anon_inode:$link" "$root/proc/2000/fd/7"
	exits 4 "no debugfs, a process with $link has a VM" exits
	has "what is missing" "nor are there counters of KVM's own in reach"
	rm "$root/proc/2000/fd/7"
done

# Who cannot count
tree exits-intel
rm -rf "$root/sys/module/kvm_intel"
exits 3 "KVM is not loaded" exits
has "what next" "next: modprobe kvm_intel"
tree bare
exits 4 "no KVM" exits
has "what it is" "this is a machine without KVM"
tree guest
exits 4 "a guest" exits
exits 2 "of a guest" exits --guest
exits 2 "count without watch" exits --count 2
exits 2 "not a VM" exits --vm x
exits 2 "not a process" exits --vm 0
exits 2 "watch never" exits --watch 0
exits 2 "an argument" exits all

# What doctor says of it
tree exits-amd
mkdir -p "$root/sys/module/kvm/parameters" "$root/sys/module/kvm_amd/parameters"
echo 0 >"$root/sys/module/kvm/parameters/halt_poll_ns"
echo 3000 >"$root/sys/module/kvm_amd/parameters/pause_filter_count"
ctl doctor --host
has "a port" "port 0x80 takes VM 2000 to its VMM 3000 times a second, which is 1.7 %"
has "what to do about it" "sysctl kernel.io_delay_type=3"
has "halts" "VM 2000 halts 2000 times a second for 100 us each, and is put to sleep each time"
hasnt "nobody waits for a CPU" "wait for CPUs"
echo 200000 >"$root/sys/module/kvm/parameters/halt_poll_ns"
ctl doctor --host
has "polled" "KVM polls for the end of halts for up to 200 us"
sed -i 's/^exit 78 none 0 4000 .*/exit 78 none 0 4000 4000000000 0 0/' "$root/exits"
ctl doctor --host
hasnt "long halts" host.halt-polling
sed -i 's/^exit 7b port-out 80 6000 .*/exit 7b port-out 80 1999 60000000 1999 60000000/' "$root/exits"
ctl doctor --host
has "not that often" "no port takes a VM to its VMM more than 1000 times a second"
sed -i 's/port-out 80 1999 60000000 1999/port-out 1f0 90000 60000000 90000/' "$root/exits"
ctl doctor --host
has "a disk" "give the guest a virtio disk"
sed -i 's/port-out 1f0/port-out 4242/' "$root/exits"
ctl doctor --host
has "any device" "find out which device has it"
sed -i 's/^vm 2000 .*/vm 2000 2 3000000000 3000000000/' "$root/exits"
ctl doctor --host
hasnt "no pauses" host.pause-exits
sed -i '/^vm 2000 /a exit 77 none 0 9000 90000000 0 0' "$root/exits"
ctl doctor --host
has "pauses" "spin in the rest: 4500 pause exits a second"
has "what to do about them" "kvmpvctl enable pv-spinlock"
echo 0 >"$root/sys/module/kvm_amd/parameters/pause_filter_count"
ctl doctor --host
has "they are off" "one that spins is not noticed: pause-loop exiting is off"
has "this CPU cannot" "this CPU has none"
sed -i 's/^flags.*/& pausefilter/' "$root/proc/cpuinfo"
ctl doctor --host
has "this one can" "load kvm_amd with pause_filter_count=3000"
sed -i 's/^vm 2000 2 /vm 2000 1 /' "$root/exits"
ctl doctor --host
hasnt "one vCPU waits for nobody" host.pause-exits
rm "$root/exits"
ctl doctor --host
hasnt "nothing to judge by" host.exit-ports
done_testing
