#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl status: what it shows, says to do next, and exits with.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"

put() { # FILE TEXT
	printf '%s\n' "$2" >"$root/$1"
}
host=sys/kernel/kvmpv/host
guest=sys/kernel/kvmpv/guest

for kind in host host-cr3 guest guest-cr3 guest-spinlock guest-alone both bare unloaded; do
	case $kind in
	bare) want=4 ;;
	unloaded | guest-alone) want=3 ;;
	*) want=0 ;;
	esac
	tree $kind
	exits "$want" "$kind"
	golden "status-$kind"
	exits "$want" "$kind, status" status
	golden "status-$kind"
	exits "$want" "$kind, JSON" --json
	says output_version.command status
	says output_version.major 1
	says problems.length 0
done

tree host
exits 0 "no legend" --no-legend
golden status-host-no-legend
exits 4 "a host has no guest side" --guest
hasnt "only the guest side" "host: active"
exits 0 "the host side alone" --host
exits 0 "host, JSON" --json
says machine.host_possible true
says machine.guest_possible false
says host.state active
says host.features.kick.used_by 2
says host.features.page.offered false
says host.vms.length 3
says host.vms.0.id 2000-3
says host.vms.1.id 11986-2
says host.vms.0.used '[]'
says host.vms.1.used '["kick","yield"]'
says host.vms.1.command qemu-system-x86
says host.abi.max 1

# Why a feature cannot be used
says host.features.cr3-cache.reason "not needed: with EPT, CR3 writes do not exit (kvm_intel ept=1)"
says host.features.kick.reason ""
put $host/reasons/page "not needed: with EPT, CR3 writes do not exit (kvm_intel ept=1)"
exits 0 "one reason for two"
has "they are named together" "page, cr3-cache cannot be offered: not needed"
rm -r "${root:?}/$host/reasons"
exits 0 "a module that gives no reasons"
hasnt "then there are none" "cannot be offered"
exits 0 "the same, JSON" --json
says host.features.cr3-cache.reason null
says problems.length 0

put $host/state idle
put $host/reason "nothing is offered"
exits 3 "host idle"
has "host idle: reason" "host: idle: nothing is offered"
mkdir "$root/$host/reasons"
put $host/reasons/kick "nothing is offered"
exits 3 "host idle, a feature for the same reason"
hasnt "the reason is given once" "kick cannot be offered"
has "host idle: next" "kvmpvctl enable --host"
put $host/state waiting
exits 3 "host waiting"
has "host waiting: next" "modprobe kvm_intel"
put $host/state refused
exits 3 "host refused"
has "host refused: next" "journalctl -k -g kvmpv"
put $host/state disabled
exits 3 "host disabled"
has "host disabled: next" "kvmpv.enable=0"
put $host/state hovering
exits 3 "a state from the future"
has "a state from the future is shown" "host: hovering"

tree guest
put $guest/state off
put $guest/reason "enable is 0"
exits 3 "guest off"
has "guest off: next" "kvmpvctl enable --guest, or boot with kvm_paravirt=1"
put $guest/state idle
exits 3 "guest idle"
has "guest idle: next" "on the host"
exits 3 "guest idle, JSON" --json
says guest.features.page.offered false
says guest.features.page.reason "the host does not offer it"
says guest.features.kick.reason ""
says guest.features.stats.switch false
says guest.features.kick.used true
says guest.enable true
says guest.abi_used 1
says guest.cpuid_base 0x40000100

# A feature that needs no host
tree guest-spinlock
exits 0 "pv-spinlock in use, JSON" --json
says guest.features.pv-spinlock.offered null
says guest.features.pv-spinlock.switch true
says guest.features.pv-spinlock.used true
says guest.features.pv-spinlock.reason ""
says guest.features.page.offered false
rm "$root/$guest/offered"
exits 0 "what is offered cannot be read"
has "that is not asked of pv-spinlock" "pv-spinlock  -        on      yes"
has "but of others" "kick         ?        on      yes"
tree guest-alone
exits 3 "pv-spinlock alone"
has "what it is good for is said" "next      for more than pv-spinlock: kvmpvctl"
put $guest/used ""
exits 3 "not even that"
has "then nothing is in use" "next      kvmpvctl enable --host on the host"
tree guest-spinlock
rm -r "${root:?}/$guest/features/pv-spinlock" "${root:?}/$guest/spinlock"
put $guest/used ""
put $guest/offered ""
exits 0 "a module without pv-spinlock"
hasnt "it is not shown then" pv-spinlock

tree both
exits 0 "a host has no pv-spinlock" --host
hasnt "it is not shown" pv-spinlock
exits 0 "a host has no pv-spinlock, JSON" --host --json
hasnt "nor there" pv-spinlock
rm -r "${root:?}/$guest"
exits 0 "nested, only the host module: active"
has "nested: guest side shown" "guest: not loaded"
exits 3 "nested, guest side asked for" --guest
put $host/state idle
exits 3 "nested, host idle"

tree unloaded
printf 'quiet kvmpv.enable=0 x\n' >"$root/proc/cmdline"
exits 3 "kill switch"
has "kill switch: next" "take kvmpv.enable=0 off the kernel command line"
printf 'quiet xkvmpv.enable=0 kvmpv.enable=01\n' >"$root/proc/cmdline"
exits 3 "no kill switch"
hasnt "words that only look like the kill switch" "take kvmpv.enable=0"
printf 'Microsoft Hv\nKVMKVMKVM\n' >"$root/cpuid"
exits 3 "KVM behind Hyper-V's signature" --guest --json
says machine.hypervisor KVMKVMKVM
says machine.guest_possible true
printf 'KVMPVKVMPV\n' >"$root/cpuid"
exits 3 "kvmpv with KVM's signature hidden" --guest --json
says machine.kvmpv_base 0x40000000
printf 'VMwareVMware\n' >"$root/cpuid"
exits 4 "another hypervisor" --guest --json
says machine.hypervisor VMwareVMware

# A feature, a state and a counter of a newer module.
tree host
put $host/features/teleport 1
exits 0 "a feature from the future"
has "a feature from the future is shown" teleport
exits 0 "a feature from the future, JSON" --json
says host.features.teleport.offered true

# What a process calls itself does not reach the terminal as it is.
tree host
printf 'a\033[2Jb\n' >"$root/proc/2000/comm"
exits 0 "a hostile process name"
has "a hostile process name is cleaned" "a?[2Jb"
exits 0 "a hostile process name, JSON" --json
says host.vms.0.command 'a?[2Jb'

exits 0 "colour: always" --color=always
has "colour is there" "$(printf '\033[32mactive')"
exits 0 "colour: auto, not a terminal"
hasnt "no colour" "$(printf '\033')"
# script(1) gives a terminal.
if command -v script >/dev/null; then
	script -qec "$ctl --root $root" /dev/null >"$out" 2>&1 </dev/null
	has "colour on a terminal" "$(printf '\033[32mactive')"
	NO_COLOR=1 script -qec "$ctl --root $root" /dev/null >"$out" 2>&1 </dev/null
	hasnt "NO_COLOR" "$(printf '\033')"
else
	skip "colour on a terminal" "no script(1)"
fi

KVMPV_ROOT=$root "$ctl" >"$out" 2>"$err"
ok $? "KVMPV_ROOT" "$err"
has "KVMPV_ROOT is used" 11986-2
if [ -c /dev/full ]; then
	"$ctl" --root "$root" >/dev/full 2>"$err"
	ok $(($? != 1)) "an output that cannot be written: exit code 1"
	: >"$out"
	has "and a message" "cannot write the output: No space left on device"
fi
done_testing
