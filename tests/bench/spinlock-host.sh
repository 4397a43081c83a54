# SPDX-License-Identifier: GPL-2.0-only
# In the lab host: a Linux guest with four vCPUs whose threads fight for one spinlock,
# with the kernel's own slow path and with pv-spinlock, in turns, and hogs beside it. Prints "bench
# CASE WHEN TICKS LONGEST": ticks of the run an acquisition, in hundredths, and the longest wait. In
# front may be set: KVM_ARGS, GUEST_APPEND, GUEST_SMP, CASES (THREADSvOVERCOMMITx), SEEDS, OPS, HOST=1
# (with kvmpv_host), SWITCH (what else than the feature is off for "base": a file in the guest).
# shellcheck shell=dash
CASES=${CASES:-"1v1x 2v1x 2v2x 2v3x 4v2x 4v3x 4v4x"}
SEEDS=${SEEDS:-31}
OPS=${OPS:-60000}
# shellcheck disable=SC2034 # for guest_start
GUEST_SMP=${GUEST_SMP:-4} GUEST_MEM=192 GUEST_WAIT=900
SWITCH=${SWITCH:-features/pv-spinlock}
B=/sys/module/lock_bench/parameters
S=/sys/kernel/kvmpv/guest
hogs=''

set_hogs() # set_hogs N
{
	local i=0 hog

	for hog in $hogs; do
		kill "$hog"
	done
	hogs=''
	while [ $i -lt "$1" ]; do
		while :; do :; done &
		hogs="$hogs $!"
		i=$((i + 1))
	done
}

# fights CASE: SEEDS runs each, in turns and by the guest alone. Which vCPU shares a CPU with which loop
# may stay the same for many runs, and to ask a guest that hardly runs takes longer than a run.
fights()
{
	local threads=${1%v*}

	guest_run g "cd $B; echo $threads > threads; echo $((OPS / threads)) > ops
		seed=1
		while [ \$seed -le $SEEDS ]; do
			echo \$((seed * 791)) > delay_us
			for when in base kvmpv; do
				[ \$when = base ]
				echo \$? > $S/$SWITCH
				echo 1 > run
				echo \$when \$(cat result)
			done
			seed=\$((seed + 1))
		done
		echo 0 > $S/$SWITCH" | awk -v name="lock-$1" '
		$NF == 1 { printf "bench %s %s %d %d\n", name, $1, $5 * 100 / $3, $7; next }
		{ print "# WRONG", $0 }'
}

# A case has so many vCPUs at work; hogs make up for the rest.
hogs_of()
{
	local threads=${1%v*} over=${1#*v}

	over=${over%x}
	[ "$threads" -ge "$(nproc)" ] || threads=$(nproc)
	echo $((over * $(nproc) - threads))
}

# shellcheck disable=SC2086 # parameters are words
kvm_load ${KVM_ARGS:-}
[ -z "${HOST:-}" ] || modprobe kvmpv_host
guest_start g
guest_wait_ready g 600 || exit 1
guest_run g "modprobe lock_bench; modprobe kvmpv_guest enable=1 watch_seconds=1"
[ "$SWITCH" = features/pv-spinlock ] || guest_run g "echo 1 > $S/features/pv-spinlock; echo 0 > $S/$SWITCH"
guest_run g "dmesg | grep -E 'PV spinlocks|kvmpv'" | sed 's/^/# /'
for case in $CASES; do
	set_hogs "$(hogs_of "$case")"
	guest_run g "echo 1 > $S/spinlock/reset"
	fights "$case"
	guest_run g "paste -sd' ' $S/spinlock/stats" | sed "s/^/# $case: /"
done
set_hogs 0
guest_stop g
