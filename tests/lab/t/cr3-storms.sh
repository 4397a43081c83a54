# SPDX-License-Identifier: GPL-2.0-only
# Storms of the cr3 cache, for 82-cr3-storms.sh and 82-cr3-long.sh: a bare guest switches between
# address spaces, checks each switch, and sees the page tables changed under it; meanwhile its VMM,
# or we, do what may happen at any moment. Set before: SWITCHES of the first vCPU, OPTIONS of all,
# MIGRATIONS; how often we give and take permission (TOGGLES) and reload the module (RELOADS); pauses
# in microseconds, between these (PAUSE) and between two times of single-stepping (STEP_PAUSE).
# shellcheck shell=dash
HOST=/sys/kernel/kvmpv/host
STORM=/guest-programs/cr3-storm.bin
SWITCHES_MADE=0
HITS_MADE=0

cr3_host()
{
	kvm_load ept=0 && insmod /mod/kvmpv_host.ko && echo 1 > $HOST/features/cr3-cache
}

# variant 1|1p|2|2p: number of vCPUs, p: with PCIDs
variant()
{
	case $1 in
	1) ;;
	1p) echo "--arg pcid" ;;
	2) echo "--smp 2" ;;
	2p) echo "--smp 2 --arg pcid" ;;
	esac
}

vmm_storm() # vmm_storm VARIANT [OPTION]...; with RUN=exec in place of this shell
{
	local variant

	variant=$(variant "$1")
	shift
	# shellcheck disable=SC2086 # options are words
	${RUN:-} kvmpv-vmm storm $STORM $variant --timeout 20000 $OPTIONS "$@" 2>&1
}

started() # started NAME
{
	echo "# $1"
	: > /tmp/storm
	since=$(uptime_ms)
}

finished() # finished NAME: one test, of what is in /tmp/storm
{
	local made hits

	result "$(sed -n 's/^status //p' /tmp/storm)" "$1"
	made=$(sed -n 's/^# total: \([0-9]*\) switches.*/\1/p' /tmp/storm)
	hits=$(sed -n 's/^# total: .* \([0-9]*\) hits.*/\1/p' /tmp/storm)
	SWITCHES_MADE=$((SWITCHES_MADE + ${made:-0}))
	HITS_MADE=$((HITS_MADE + ${hits:-0}))
	diag "$(($(uptime_ms) - since)) ms; $SWITCHES_MADE switches so far"
}

storm() # storm VARIANT NAME [OPTION]...: with SWITCHES, and something for the VMM to do
{
	local name="$2, variant $1" variant=$1

	shift 2
	started "$name"
	{ vmm_storm "$variant" "$@" --arg "switches=$SWITCHES"; echo "status $?"; } |
		tee /tmp/storm | grep -v '^ok\|^1\.\.\|^status'
	finished "$name"
}

# storm_while VARIANT NAME FUNCTION TIMES [OPTION]...: FUNCTION N so often, then the guest shall end
storm_while()
{
	local name="$2, variant $1" variant=$1 function=$3 times=$4 n=0 guest

	shift 4
	started "$name"
	RUN=exec vmm_storm "$variant" "$@" > /tmp/storm &
	guest=$!
	while [ $n -lt "$times" ] && kill -0 $guest 2> /dev/null; do
		$function $n
		n=$((n + 1))
	done
	kill -TERM $guest
	wait $guest
	echo "status $?" >> /tmp/storm
	grep -v '^ok\|^1\.\.\|^status' /tmp/storm
	echo "# $n times"
	finished "$name"
}

# saved VARIANT TIMES: a VMM saves its guest to a file, another one goes on with it, again and again
saved()
{
	local name="saved and restored $2 times, variant $1" variant n=0 status=0

	variant=$(variant "$1")
	started "$name"
	rm -f /tmp/saved
	while [ $n -lt "$2" ] && [ $status -eq 0 ]; do
		# shellcheck disable=SC2046,SC2086 # options are words
		kvmpv-vmm storm $STORM $variant --save /tmp/saved.new --ms 200 --arg patience=256 \
			$([ $n -eq 0 ] || echo --load /tmp/saved) > /tmp/storm 2>&1
		status=$?
		mv /tmp/saved.new /tmp/saved
		n=$((n + 1))
	done
	# shellcheck disable=SC2086
	[ $status -ne 0 ] || kvmpv-vmm storm $STORM $variant --load /tmp/saved --do signal --times 100 \
		> /tmp/storm 2>&1
	status=$?
	rm -f /tmp/saved
	grep -v '^ok\|^1\.\.' /tmp/storm
	echo "status $status" >> /tmp/storm
	finished "$name"
}

toggle() # toggle N: the permission of the VM, and now and then that of all new ones
{
	local file

	for file in "$HOST"/vm/*/features/cr3-cache; do
		[ ! -e "$file" ] || echo $(($1 % 2)) > "$file" 2> /dev/null
	done
	[ $(($1 % 8)) -lt 6 ] || echo $(($1 % 2)) > $HOST/features/cr3-cache
	usleep "$PAUSE"
}

# A guest that calls before the permission is there gets what new VMs are offered by default
reload()
{
	local file

	rmmod kvmpv_host || return
	usleep $((PAUSE / 4))
	insmod /mod/kvmpv_host.ko
	echo 1 > $HOST/features/cr3-cache
	for file in "$HOST"/vm/*/features/cr3-cache; do
		[ ! -e "$file" ] || echo 1 > "$file"
	done
	usleep "$PAUSE"
}

# What happens to a vCPU
vcpu_storms() # vcpu_storms VARIANT
{
	storm "$1" "nothing else" --arg cli
	storm "$1" "signals" --do signal
	storm "$1" "NMIs" --do nmi
	storm "$1" "single-stepping" --do step --arg step --every "$STEP_PAUSE"
	storm "$1" "KVM_GET_SREGS and KVM_SET_SREGS" --do sregs
	storm "$1" "SMIs" --do smi --smm
}

everything() # everything VARIANT
{
	storm "$1" "everything" --arg step --arg patience=256 --every 10000 \
		--do slot,nmi,log,signal,step,mmu,sregs,dontneed,page-slot,ksm,pageout
}

# What happens to the VM
vm_storms() # vm_storms VARIANT
{
	storm "$1" "memory slots come and go" --do slot
	storm "$1" "the page's slot goes and comes" --do page-slot --arg patience=256
	storm "$1" "the page's slot gets other memory" --do page-swap --arg patience=256
	storm "$1" "dirty log on and off" --do log
	storm "$1" "few shadow pages, many" --do mmu
	storm "$1" "MADV_DONTNEED of the page" --do dontneed --arg patience=256
	storm "$1" "KSM" --do ksm
	storm "$1" "pages are swapped out" --do pageout
	everything "$1"
	storm "$1" "migrations" --do migrate --times "$MIGRATIONS" --arg switches=0
	saved "$1" "$MIGRATIONS"
	storm_while "$1" "permission given and taken" toggle "$TOGGLES" --arg patience=256
	echo 1 > $HOST/features/cr3-cache
	storm_while "$1" "the host's module goes and comes" reload "$RELOADS" --arg patience=256
}

swap_on()
{
	modprobe zram && echo 64M > /sys/block/zram0/disksize && mkswap /dev/zram0 > /dev/null &&
		swapon /dev/zram0
}

ksm_on()
{
	echo 20 > /sys/kernel/mm/ksm/sleep_millisecs
	echo 2000 > /sys/kernel/mm/ksm/pages_to_scan
	echo 1 > /sys/kernel/mm/ksm/run
}
