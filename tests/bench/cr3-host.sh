# SPDX-License-Identifier: GPL-2.0-only
# In the lab host: bare switches between address spaces, without and with the cr3 cache. Prints
# "bench CASE WHEN TICKS EXITS", in hundredths. KVM_ARGS may be set in front.
# shellcheck shell=dash
bench() # bench WHEN ARG...
{
	local when=$1 arg args=''

	shift
	for arg; do
		args="$args --arg $arg"
	done
	# shellcheck disable=SC2086 # options are words
	kvmpv-vmm bare /guest-programs/bench-cr3.bin --timeout 250 $args > /tmp/bench ||
		echo "# bench-cr3: status $?"
	awk -v when="$when" '$1 == "bench" { print $1, $2, when, $3, $4; next } { print }' /tmp/bench
}

# shellcheck disable=SC2086 # parameters are words
kvm_load ${KVM_ARGS:-ept=0}
bench base exit-off exit-idle
bench base pcid
insmod /mod/kvmpv_host.ko || exit 1
bench kvmpv exit-off exits
if ! echo 1 > /sys/kernel/kvmpv/host/features/cr3-cache; then
	# Nothing but the cost of not having it
	echo "# not offered: $(cat /sys/kernel/kvmpv/host/reasons/cr3-cache)"
	bench kvmpv
	bench kvmpv pcid
	exit 0
fi
bench kvmpv exit-idle cache
bench kvmpv cache pcid
grep cr3 /sys/kernel/kvmpv/host/stats | sed 's/^/# host /'
