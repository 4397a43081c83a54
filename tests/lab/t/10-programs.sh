# SPDX-License-Identifier: GPL-2.0-only
# The bare guest programs on a stock host and on a host with kvmpv: every hypercall, MSR and CPUID
# leaf. Without kvmpv, with it, and after it all must be as it was.
# lab: --timeout 900
# amd: --single
# guest: no
kvm_load
run_all() # run_all [OPTION]...: its results, counted with ours
{
	/guest-programs/run-all "$@" > /tmp/programs
	while read -r line; do
		case $line in
		"ok "*) result 0 "$PREFIX${line#ok * - }" ;;
		"not ok "*) result 1 "$PREFIX${line#not ok * - }" ;;
		1..*) ;;
		*) echo "$line" ;;
		esac
	done < /tmp/programs
}

ok "load kvmpv_host" modprobe kvmpv_host
is "$(cat /sys/kernel/kvmpv/host/state)" active "state"
PREFIX='' run_all
is "$(ls /sys/kernel/kvmpv/host/vm)" "" "no VM is left behind"
ok "unload kvmpv_host" rmmod kvmpv_host
PREFIX='after: ' run_all --stock
lab_log_check
done_testing
