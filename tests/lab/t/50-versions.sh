# SPDX-License-Identifier: GPL-2.0-only
# Old and new sides of the ABI: modules built as if versions 2 and 3 existed (make version-modules).
# The best common version is used, and none is refused cleanly.
# lab: --timeout 400
# lab: --file build/modules/@KERNEL@/versions:/versions --guest-file build/modules/@KERNEL@/versions:/versions
# amd: --smp 1
HOST=/sys/kernel/kvmpv/host
GUEST_WAIT=100

pair() # pair HOST-MODULE GUEST-MODULE STATE ABI NAME
{
	insmod "$1"
	in_guest "insmod $2 enable=1"
	is "$(in_guest 'cat $S/state')" "$3" "$5: state"
	is "$(in_guest 'cat $S/abi_used')" "$4" "$5: version in use"
	is "$(cat $HOST/vm/*/abi)" "$4" "$5: the host agrees"
	[ "$3" = active ] || like "$(in_guest 'cat $S/reason')" 'no common ABI version' "$5: reason"
	in_guest 'rmmod kvmpv_guest'
	rmmod kvmpv_host
}

kvm_load
guest_start g
ok "a Linux guest" guest_wait_ready g
guest_old=$(in_guest 'modinfo -n kvmpv_guest')
host_old=$(modinfo -n kvmpv_host)
pair "$host_old" "$guest_old" active 1 "host 1, guest 1"
pair /versions/host-1-3.ko "$guest_old" active 1 "host 1 to 3, guest 1"
pair "$host_old" /versions/guest-1-3.ko active 1 "host 1, guest 1 to 3"
pair /versions/host-1-3.ko /versions/guest-1-3.ko active 3 "host 1 to 3, guest 1 to 3"
pair /versions/host-2-3.ko "$guest_old" idle 0 "host 2 to 3, guest 1"
pair "$host_old" /versions/guest-2-3.ko idle 0 "host 1, guest 2 to 3"
ok "the guest stops" guest_stop g
lab_log_check
done_testing
