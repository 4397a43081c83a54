# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The cr3 cache, on a host with Intel's virtualisation and shadow paging, and spinlocks under
# overcommit; runs in the lab, where a tick of the TSC is an instruction. See demo/lib.sh.
# shellcheck source=lib.sh
. /lib/demo.sh

SCENES="shadow_paging before after overcommit takeover"
# shellcheck disable=SC2034 # for guest_start
GUEST_SMP=1 GUEST_WAIT=120

# ring NAME: 4 processes pass a token; kept for later
ring()
{
	echo "@begin 4 processes of the guest pass a token round"
	guest_run demo "bench-cr3-linux ring-4" > "/tmp/ring-$1" || fail "The ring broke"
	awk '{ printf "@ok %d instructions and %.2f exits a switch\n", $3 / $5, $4 / $5 }' "/tmp/ring-$1"
}

per_switch() # per_switch NAME FIELD: in hundredths
{
	awk -v field="$2" '{ printf "%d", $field * 100 / $5 }' "/tmp/ring-$1"
}

shadow_paging()
{
	scene "An Intel host without EPT: each switch of address spaces is an exit"
	on_host "modprobe kvm-intel ept=0 && cat /sys/module/kvm_intel/parameters/ept"
	check "a stock Linux guest starts" guest_start demo
	wait_for "it is up" 300 guest_wait_ready demo 300
	check "the host module loads" modprobe kvmpv_host
	guest_run demo "modprobe kvmpv_guest enable=1 watch_seconds=1"
	on_host "kvmpvctl status --host | grep -E 'FEATURE|cr3-cache'"
	say "The cr3 cache is off: it shows a guest host addresses. docs/security.md says what that means."
}

before()
{
	scene "The guest without the cr3 cache"
	ring before
	check "at least one exit a switch" [ "$(per_switch before 4)" -ge 100 ]
}

after()
{
	local vm

	scene "The same guest with it"
	vm=$(basename $HOST/vm/*)
	on_host "kvmpvctl enable --vm $vm cr3-cache"
	wait_for "the guest uses it" 60 guest_uses cr3-cache
	ring after
	check "exits are rare now" [ "$(per_switch after 4)" -le 30 ]
	check "and a switch is at least 10 % cheaper" \
		[ "$(per_switch after 3)" -le $(($(per_switch before 3) * 90 / 100)) ]
	on_host "kvmpvctl stats --vm $vm | grep -E 'cr3_(hits|misses|switched)|rate'"
	on_host "kvmpvctl disable --vm $vm cr3-cache"
	wait_for "the guest goes on without" 60 guest_uses_not cr3-cache
	check "as healthy as before" guest_run demo true
	check "and ends in an orderly way" guest_stop demo
}

# fight NAME: 3 vCPUs fight for one spinlock; kept for later
fight()
{
	echo "@begin 3 vCPUs on one CPU take a spinlock 60000 times"
	guest_run demo "cd /sys/module/lock_bench/parameters; echo 3 > threads; echo 20000 > ops
		echo 1 > run; cat result" > "/tmp/fight-$1" || fail "The fight had no end"
	awk '{ printf "@ok %d ticks each, the longest wait took %d\n", $4 / $2, $6 }' "/tmp/fight-$1"
}

overcommit()
{
	scene "A guest with more vCPUs than there are CPUs, and a spinlock they all want"
	on_host "rmmod kvmpv_host && rmmod kvm_intel && modprobe kvm-intel ept=1"
	# shellcheck disable=SC2034 # for guest_start
	GUEST_SMP=3
	check "the guest starts, on a host without kvmpv" guest_start demo
	wait_for "it is up" 300 guest_wait_ready demo 300
	in_guest "dmesg | grep -o 'PV spinlocks enabled'"
	guest_run demo "modprobe lock_bench; modprobe kvmpv_guest enable=1"
	say "Its kernel has paravirtual spinlocks of its own: who waits for long sleeps until kicked."
	fight stock
}

takeover()
{
	scene "The same guest with pv-spinlock, switched on while it runs"
	in_guest "kvmpvctl enable --runtime pv-spinlock"
	check "the slow path is taken over" guest_run demo "grep -qx pv $GUEST/spinlock/mode"
	fight kvmpv
	in_guest "kvmpvctl stats spinlock --histogram"
	check "not slower" [ "$(awk '{ print $4 }' /tmp/fight-kvmpv)" -le \
		$(($(awk '{ print $4 }' /tmp/fight-stock) * 105 / 100)) ]
	in_guest "kvmpvctl disable --runtime pv-spinlock"
	check "the kernel has its slow path back" guest_run demo "grep -qx none $GUEST/spinlock/mode"
	check "and the guest ends in an orderly way" guest_stop demo
}

play_scenes
