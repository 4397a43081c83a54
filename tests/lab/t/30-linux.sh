# SPDX-License-Identifier: GPL-2.0-only
# A stock Linux guest with the guest module on a stock host with the host module: handshake, every
# feature, CPU hotplug, switching under load, the host going and coming back.
# lab: --timeout 900
# amd: --smp 1
HOST=/sys/kernel/kvmpv/host
GUEST_WAIT=200
ALL="kick yield unhalt stats page"
case $LAB in
amd) TOGGLES=50 RELOADS=10 ;;
*) TOGGLES=10 RELOADS=2 ;;
esac

guest_shows() # guest_shows FILE TEXT
{
	[ "$(in_guest "cat \$S/$1")" = "$2" ]
}

selftest() # selftest NAME
{
	local result

	result=$(in_guest 'echo 1 > $S/selftest; cat $S/selftest')
	like "$result" '^kick pass' "$1: selftest"
	unlike "$result" fail "$1: nothing failed"
}

kvm_load
guest_start g
ok "a Linux guest starts on the stock host" guest_wait_ready g
ok "the guest module loads" in_guest 'modprobe kvmpv_guest watch_seconds=1'
is "$(in_guest 'cat $S/state')" idle "no host: idle"
like "$(in_guest 'cat $S/reason')" . "no host: a reason"
is "$(in_guest 'cat $S/hypervisor')" KVMKVMKVM "the guest is on KVM"
in_guest 'echo 1 > $S/enable'

ok "the host module loads onto the running VM" modprobe kvmpv_host
ok "the guest finds it" soon 30 guest_shows state active
is "$(in_guest 'cat $S/used')" "$ALL" "all features are in use"
vm=$(echo $HOST/vm/*)
is "$(cat "$vm/used")" "$ALL" "the host knows"
is "$(cat "$vm/abi")" 1 "the host: ABI in use"
is "$(in_guest 'cat $S/instance')" "$(cat $HOST/instance)" "both name the same instance"
selftest "at first"
like "$(sed -n 's/^kicks_received //p' "$vm/stats")" '^[1-9]' "the host counted kicks"
like "$(in_guest 'sed -n "s/^kicks_sent //p" $S/stats')" '^[1-9]' "the guest counted kicks"
is "$(kvmpvctl status --host --json | grep -c active)" 1 "kvmpvctl status on the host"
ok "kvmpvctl status in the guest" in_guest 'kvmpvctl status --guest'

in_guest 'echo 0 > /sys/devices/system/cpu/cpu1/online'
selftest "CPU 1 off"
in_guest 'echo 1 > /sys/devices/system/cpu/cpu1/online'
selftest "CPU 1 on again"

echo 0 > "$vm/features/kick"
ok "the host takes back a feature" soon 20 guest_shows used "yield unhalt stats page"
echo 1 > "$vm/features/kick"
ok "and offers it again" soon 20 guest_shows used "$ALL"

in_guest 'cat > /tmp/load.sh << X
while [ ! -e /tmp/stop ]; do
	echo 1 > $S/selftest
	grep " fail " $S/selftest >> /tmp/bad
	echo x | cat > /dev/null
done
X
sh /tmp/load.sh > /dev/null 2>&1 &'
ok "$TOGGLES toggles of each feature in the guest under load" in_guest "i=0
	while [ \$i -lt $TOGGLES ]; do
		for f in $ALL; do echo 0 > \$S/features/\$f || exit 1; done
		for f in $ALL; do echo 1 > \$S/features/\$f || exit 1; done
		i=\$((i + 1))
	done"
ok "$TOGGLES times off and on under load" in_guest "i=0
	while [ \$i -lt $TOGGLES ]; do
		echo 0 > \$S/enable && echo 1 > \$S/enable || exit 1
		i=\$((i + 1))
	done"
is "$(in_guest 'cat /tmp/bad')" "" "no call failed meanwhile"

reloads()
{
	local i=0

	while [ $i -lt $RELOADS ]; do
		rmmod kvmpv_host || return 1
		usleep 300000
		modprobe kvmpv_host || return 1
		usleep 300000
		i=$((i + 1))
	done
}
ok "$RELOADS reloads of the host module under load" reloads
in_guest 'touch /tmp/stop; wait'
ok "the guest is with the last one" soon 60 guest_shows instance "$(cat $HOST/instance)"
ok "and active" soon 30 guest_shows state active
selftest "after the reloads"

ok "the host module unloads" rmmod kvmpv_host
ok "the guest notices" soon 30 guest_shows state idle
is "$(in_guest 'seq 3 | wc -l')" 3 "and lives on"
modprobe kvmpv_host
ok "the guest comes back" soon 30 guest_shows state active
vm=$(echo $HOST/vm/*)
ok "the guest module unloads" in_guest 'rmmod kvmpv_guest'
is "$(cat "$vm/abi")" 0 "it has said goodbye"
is "$(in_guest 'dmesg | grep -cE "WARNING|BUG|Oops"')" 0 "the guest's log is clean"
ok "the guest stops" guest_stop g
ok "no VM is left behind" soon 10 no_vms
ok "the host module unloads at the end" rmmod kvmpv_host
lab_log_check
done_testing
