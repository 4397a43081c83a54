# SPDX-License-Identifier: GPL-2.0-only
# A Linux guest with the cr3 cache, for 83-cr3-linux.sh and 83-cr3-linux-long.sh: processes switch,
# change page tables and check what they see (lab/guest/spaces.c), and kernel threads borrow their
# address spaces (lab/kmod/mm_storm.c); meanwhile the cache, a CPU, the host's module come and go,
# and the VMM does what VMMs do. Set before: SECONDS_EACH of what just goes on; how often the rest is
# done: HELLOS, POLICY, FEATURE, ENABLE, HOTPLUG, RELOADS, MOVES, AMID. NICE is how nice the threads
# are.
# shellcheck shell=dash
HOST=/sys/kernel/kvmpv/host
ACTS=/run/acts
BORROW=/sys/module/mm_storm/parameters
# shellcheck disable=SC2034 # for guest_start
GUEST_SMP=2 GUEST_WAIT=400
# Fewer address spaces than the cache holds, more, and two CPUs that share one
SPACES="ring:0:3 yield:0:1 ring:1:5 yield:1:2 pair:0:1"
SWITCHES_MADE=0
HITS_MADE=0
REGISTRATIONS=0

in_use()
{
	in_guest 'grep -qw cr3-cache $S/used'
}

counted() # counted NAME: by the guest
{
	in_guest "sed -n 's/^$1 //p' \$S/stats"
}

permit() # permit 0|1: this VM
{
	local file

	for file in "$HOST"/vm/*/features/cr3-cache; do
		echo "$1" > "$file" || return
	done
}

guest_up() # guest_up [APPEND]
{
	# Two vCPUs of a stock KVM can keep each other from getting on for half a minute of this emulator
	# (docs/cr3-cache.md), of which the watchdog would complain.
	# shellcheck disable=SC2034
	GUEST_APPEND="nowatchdog $1"
	: > $ACTS
	guest_start g --do-from $ACTS
	ok "a Linux guest starts" guest_wait_ready g
	ok "the threads that borrow are there" in_guest 'modprobe mm_storm'
}

cache_on()
{
	in_guest 'modprobe kvmpv_guest enable=1 watch_seconds=1' && soon 30 in_use
}

guest_with_cache() # guest_with_cache [APPEND]
{
	guest_up "$1"
	ok "its module loads, and it uses the cache" cache_on
	diag "$(in_guest 'cat $S/cr3_cache; echo CPUs with PCIDs: $(grep -cw pcid /proc/cpuinfo)')"
}

guest_without()
{
	REGISTRATIONS=$((REGISTRATIONS + $(counted cr3_registrations)))
	is "$(in_guest 'dmesg | grep -E "WARNING|BUG|Oops|segfault|traps:"')" "" "its log is clean"
	ok "its modules unload" in_guest 'rmmod mm_storm kvmpv_guest'
	ok "the guest stops" guest_stop g
}

spaces_start()
{
	in_guest "(spaces $SPACES & echo \$! > /tmp/pid; wait \$!; echo status \$?) > /tmp/spaces 2>&1 &
		echo ${NICE:-0} > $BORROW/nice; echo 1 > $BORROW/run"
}

# Prints what both say: "switches N ... wrong N" each, "status N" of the processes
spaces_stop()
{
	in_guest "echo 0 > $BORROW/run; cat $BORROW/result"
	in_guest 'kill $(cat /tmp/pid)
		until grep -q ^status /tmp/spaces; do usleep 50000; done; cat /tmp/spaces'
}

# storm NAME FUNCTION [ARGUMENT]...: the processes run while FUNCTION does
storm()
{
	local name=$1 before hits status output made since

	shift
	since=$(uptime_ms)
	before=$(counted cr3_hits)
	spaces_start
	"$@"
	status=$?
	output=$(spaces_stop)
	hits=$(($(counted cr3_hits) - before))
	result $status "$name"
	made=$(echo "$output" | awk '/^switches .*wrong 0$/ { n += $2 } END { print n + 0 }')
	SWITCHES_MADE=$((SWITCHES_MADE + made))
	HITS_MADE=$((HITS_MADE + hits))
	like "$output" '^status 0$' "$name: each process sees its own memory"
	like "$output" '^switches [1-9][0-9]* wrong 0$' "$name: who borrows a space is in that one"
	diag "$(($(uptime_ms) - since)) ms, $hits hits; $(echo "$output" | grep -v ^status)"
	diag "$SWITCHES_MADE switches so far"
	HITS=$hits
}

# storm_on NAME FUNCTION [ARGUMENT]...: the same, and the cache is in use, if not all the time
storm_on()
{
	storm "$@"
	[ "$HITS" -gt "$LEAST_HITS" ]
	result $? "$1: switches hit"
	ok "$1: and the cache is in use at the end" soon 30 in_use
}

storm_off()
{
	ok "not permitted" permit 0
	ok "the guest knows" soon 30 not_in_use
	storm "without the cache" sleep "$SECONDS_EACH"
	is "$HITS" 0 "without the cache: nothing hits"
	ok "permitted" permit 1
	ok "the guest knows" soon 30 in_use
}

not_in_use()
{
	! in_use
}

hits_more() # hits_more COUNT: more hits than that
{
	[ "$(counted cr3_hits)" -gt "$1" ]
}

# policy TIMES: quickly, so that the guest notices some of it only, and every third time slowly
policy()
{
	local i=0 hits

	while [ $i -lt "$1" ]; do
		hits=$(counted cr3_hits)
		permit 0 && usleep 100000 && permit 1 && usleep $((i % 4 * 50000)) || return
		[ $((i % 3)) -ne 2 ] || soon 8 hits_more $((hits + LEAST_HITS)) || return
		i=$((i + 1))
	done
}

# guest_file FILE TIMES: 0 and 1 into this file of the guest's module
guest_file()
{
	in_guest "i=0
		while [ \$i -lt $2 ]; do
			echo 0 > $1 && echo 1 > $1 && usleep \$((i % 4 * 20000)) || exit 1
			i=\$((i + 1))
		done"
}

# handovers TIMES: permission goes and comes while the guest is between its handshake and its
# registrations, which one that is so quick is not seen to have changed anything
handovers()
{
	local i=0 j

	while [ $i -lt "$1" ]; do
		in_guest 'echo 0 > $S/features/cr3-cache; echo 1 > $S/features/cr3-cache &'
		j=0
		while [ $j -lt 10 ]; do
			permit 0 && permit 1 && usleep 10000 || return
			j=$((j + 1))
		done
		soon 30 in_use || return
		i=$((i + 1))
	done
}

# moves_amid TIMES: the same by another VM, which knows of no handshake
moves_amid()
{
	local i=0

	while [ $i -lt "$1" ]; do
		in_guest 'while :; do
				echo 0 > $S/features/yield; echo 1 > $S/features/yield
			done > /dev/null 2>&1 & echo $! > /tmp/shaker'
		moves 1 && in_guest 'kill $(cat /tmp/shaker)' && soon 30 in_use || return
		i=$((i + 1))
	done
}

reload() # the host's module; the guest may be there before new VMs are permitted the cache
{
	rmmod kvmpv_host && usleep 300000 && insmod /mod/kvmpv_host.ko || return
	echo 1 > $HOST/features/cr3-cache
	[ -z "$(ls $HOST/vm)" ] || permit 1
}

reloads() # reloads TIMES
{
	local i=0

	while [ $i -lt "$1" ]; do
		reload && soon 30 in_use || return
		i=$((i + 1))
	done
}

vmm() # vmm NAMES: what the VMM does
{
	echo "$1" > $ACTS
	sleep "$SECONDS_EACH"
	: > $ACTS
}

moved() # moved TIMES: so far
{
	[ "$(grep -c moved /run/guest-g.err)" -ge "$1" ]
}

# moves TIMES: the guest goes on in another VM, as after a migration
moves()
{
	local before

	before=$(grep -c moved /run/guest-g.err)
	echo move > $ACTS
	soon $(($1 * 10)) moved $((before + $1))
	: > $ACTS
}

# Any change of what is in use is a new handshake, in which all CPUs lose their pages and get others.
handshakes() # handshakes TIMES
{
	guest_file '$S/features/yield' "$1"
}

few_storms()
{
	storm_on "nothing else" sleep "$SECONDS_EACH"
	storm_on "handshakes" handshakes "$HELLOS"
	storm_on "memory slots, dirty log, few shadow pages" vmm slot,log,mmu
	storm_on "signals and NMIs" vmm signal,signal,signal,nmi,pause
}

all_storms()
{
	few_storms
	storm_off
	storm_on "permission taken and given" policy "$POLICY"
	storm_on "the guest's feature off and on" guest_file '$S/features/cr3-cache' "$FEATURE"
	storm_on "the guest's module off and on" guest_file '$S/enable' "$ENABLE"
	[ "$GUEST_SMP" -eq 1 ] ||
		storm_on "CPU 1 off and on" guest_file /sys/devices/system/cpu/cpu1/online "$HOTPLUG"
	storm_on "the host's module goes and comes" reloads "$RELOADS"
	storm_on "the guest goes on in another VM" moves "$MOVES"
	storm_on "permission goes and comes amid handshakes" handovers "$AMID"
	storm_on "the guest goes on in another VM amid handshakes" moves_amid "$AMID"
}

host_up() # host_up [MODULE]
{
	kvm_load ept=0
	ok "the host's module" insmod "${1:-/mod/kvmpv_host.ko}"
	ok "new VMs may use the cache" sh -c "echo 1 > $HOST/features/cr3-cache"
}

host_down()
{
	diag "$SWITCHES_MADE switches, $HITS_MADE hits, $REGISTRATIONS pages registered"
	diag "$(grep ^cr3 $HOST/stats)"
	ok "no VM is left behind" soon 10 no_vms
	ok "the host's module goes" rmmod kvmpv_host
	lab_log_check
}

guest() # guest STORMS [APPEND]: a guest, with more on its command line
{
	echo "# guest: $1 $2"
	guest_with_cache "$2"
	$1
	guest_without
}
