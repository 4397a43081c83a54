# SPDX-License-Identifier: GPL-2.0-only
# For the tests of kvmpvctl features: Linux guests from which the VMM withholds some of KVM's
# features, and what their inventory has to say then.
# shellcheck shell=dash

# Rows that a VMM of this lab can withhold, with the bit of KVM's features, and QEMU's property.
ROWS='clocksource 0 kvmclock
nop-io-delay 1 kvm-nopiodelay
clocksource2 3 kvmclock
async-pf 4 kvm-asyncpf
steal-time 5 kvm-steal-time
pv-eoi 6 kvm-pv-eoi
pv-unhalt 7 kvm-pv-unhalt
pv-tlb-flush 9 kvm-pv-tlb-flush
pv-send-ipi 11 kvm-pv-ipi
poll-control 12 kvm-poll-control
pv-sched-yield 13 kvm-pv-sched-yield
async-pf-int 14 kvm-asyncpf-int
clocksource-stable 24 kvmclock-stable-bit
x2apic x x2apic'

# Without KVM's clock a guest calibrates its TSC and its delay loop against a timer. It does not come to
# an end of that where QEMU emulates both twice, its clocks do not keep pace with each other. So it is
# told. Debian's kernels have HZ=250.
calibrated()
{
	awk '/^cpu MHz/ { khz = $4 * 1000; printf "tsc_early_khz=%d lpj=%d", khz, khz * 1000 / 250; exit }' \
		/proc/cpuinfo
}

# shellcheck disable=SC2034 # for guest_start
GUEST_APPEND=$(calibrated)

# together ROW...: these, and those that this lab's VMM withholds with them
together()
{
	local row flag

	for row; do
		flag=$(echo "$ROWS" | sed -n "s/^$row [^ ]* //p")
		if [ "$LAB" = amd ]; then
			echo "$ROWS" | sed -n "s/^\([^ ]*\) [^ ]* $flag\$/\1/p"
		else
			echo "$row"
		fi
	done | sort -u
}

# start_without ROW...: guest g, without these
start_without()
{
	local bit flag hide=0 cpu=host x2apic=1 without

	for without; do
		bit=$(echo "$ROWS" | sed -n "s/^$without \([^ ]*\) .*/\1/p")
		flag=$(echo "$ROWS" | sed -n "s/^$without [^ ]* //p")
		cpu=$cpu,-$flag
		if [ "$bit" = x ]; then x2apic=0; else hide=$((hide | 1 << bit)); fi
	done
	if [ "$LAB" = amd ]; then
		# shellcheck disable=SC2034 # for guest_start
		GUEST_CPU=$cpu
		guest_start g
	else
		guest_start g --kvm-hide $hide --x2apic $x2apic
	fi
	ok "a guest without ${*:-anything missing}" guest_wait_ready g
}

# look FILE: the guest's rows: name, exposed, used
look()
{
	in_guest 'kvmpvctl features --guest --no-legend' | awk '{ print $1, $3, $4 }' > "$1"
}

# What a Linux guest with two vCPUs uses of what is exposed to it: rows of $1 with another answer, by
# arch/x86/kernel/kvm.c. Exposed are the rows of $1 that say so.
wrong_used()
{
	awk '
	{ exposed[$1] = $2 == "yes"; used[$1] = $3; }
	END {
		want["clocksource"] = exposed["clocksource"] && !exposed["clocksource2"]
		n = split("nop-io-delay clocksource2 steal-time pv-eoi pv-unhalt pv-send-ipi " \
			"async-pf-int x2apic", simple)
		for (i = 1; i <= n; i++)
			want[simple[i]] = exposed[simple[i]]
		# Linux looks at the interrupt only; KVM lets it have the rest.
		want["async-pf"] = exposed["async-pf-int"]
		want["pv-tlb-flush"] = exposed["pv-tlb-flush"] && exposed["steal-time"]
		want["pv-sched-yield"] = exposed["pv-sched-yield"] && exposed["steal-time"]
		want["poll-control"] = 0
		# Whether it is stable is for the host to say.
		want["clocksource-stable"] = exposed["clocksource-stable"] && used["clocksource-stable"] == "yes" &&
			(exposed["clocksource"] || exposed["clocksource2"])
		for (row in want)
			if (used[row] != (want[row] ? "yes" : "no"))
				print row, used[row]
	}' "$1" | sort
}
