# SPDX-License-Identifier: GPL-2.0-only
# In the lab host: kvmpvctl bench exits in a Linux guest with x2APIC, on the stock host and with kvmpv,
# then the end of interrupt of one with xAPIC. Prints "bench CASE WHEN MEDIAN QUARTILE QUARTILE EXITS".
# In front may be set: KVM_ARGS, CASES, GUEST_SMP, GUEST_MACHINE, PAIR=1 (what takes two vCPUs, and no
# more).
# shellcheck shell=dash
# shellcheck disable=SC2034 # for guest_start
GUEST_WAIT=600 GUEST_SMP=${GUEST_SMP:-1}
[ -z "${PAIR:-}" ] || CASES="ipi hlt-wake kick-kvm" KVMPV_CASES=kick-kvmpv GUEST_SMP=2

measure() # measure WHEN [CASE]...
{
	local when=$1

	shift
	guest_run g "kvmpvctl bench exits --force --no-legend --rounds 5 $*" |
		awk -v when="$when" '
		$2 ~ /^[0-9]+$/ && $7 ~ /^(yes|no|\?)$/ { print "bench", $1, when, $4, $3, $5, $7; next }
		{ print "#", when ":", $0 }'
}

guest_up() # guest_up [APPEND]
{
	GUEST_APPEND=${1:-}
	guest_start g
	guest_wait_ready g 600 || exit 1
}

# shellcheck disable=SC2086 # words
kvm_load ${KVM_ARGS:-}
guest_up
# The first page faults in a fresh guest are cheaper than all that follow, with kvmpv or without.
guest_run g "kvmpvctl bench exits --force --rounds 3 page-fault" > /dev/null
# shellcheck disable=SC2086
measure base ${CASES:-}
modprobe kvmpv_host
guest_run g "modprobe kvmpv_guest enable=1 watch_seconds=1"
soon 30 guest_run g "grep -q active /sys/kernel/kvmpv/guest/state" || exit 1
# shellcheck disable=SC2086
measure kvmpv ${CASES:-} ${KVMPV_CASES:-}
guest_stop g
rmmod kvmpv_host
[ -z "${PAIR:-}" ] || exit 0
guest_up nox2apic
# With cpuid, so that it can be told whether it exits
measure base cpuid eoi-xapic
modprobe kvmpv_host
measure kvmpv cpuid eoi-xapic
guest_stop g
