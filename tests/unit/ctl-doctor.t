#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl doctor: the verdict of each check, with what it is told from made up.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"

host=sys/kernel/kvmpv/host
guest=sys/kernel/kvmpv/guest
ept=sys/module/kvm_intel/parameters/ept

put() { # FILE TEXT...: a line each
	put_to=$root/$1
	shift
	printf '%s\n' "$@" >"$put_to"
}

# verdict NAME VERDICT [TEXT]: of a check in the last output, which is text
verdict() {
	line=$(grep -E "^[A-Z]{4}  $1 +" "$out")
	case $line in
	"$2  $1 "*"${3-}"*) ok 0 "$1: $2" ;;
	*)
		ok 1 "$1: $2" "$out" "$err"
		echo "# wanted: ${3-}"
		;;
	esac
}

silent() { # NAME: the check says nothing
	! grep -qE "^[A-Z]{4}  $1 +" "$out"
	ok $? "$1: nothing to say" "$out"
}

for kind in host host-cr3 guest guest-cr3 guest-spinlock guest-alone both unloaded bare; do
	tree $kind
	want=0
	[ $kind != bare ] || want=1
	exits "$want" "$kind" doctor
	golden "doctor-$kind"
	# What is not well has a hint.
	awk '/^(WARN|FAIL)/ { if (open) bad = 1; open = 1; next } /^ +next: / { open = 0; next }
		{ if (open) bad = 1 } END { exit bad || open }' "$out"
	ok $? "$kind: a hint for each WARN and FAIL" "$out"
	exits "$want" "$kind, JSON" doctor --json
	says output_version.command doctor
	says checks.0.name machine
	says fail "$want"
	says problems.length 0
done

# The machine and the modules
tree bare
exits 1 "no KVM" doctor
verdict machine FAIL "a machine without KVM"
tree host
exits 1 "a guest is asked for" doctor --guest
verdict guest.module FAIL "cannot be used here"
silent host.module
exits 0 "the host is asked for" doctor --host
put $host/state refused
put $host/reason "kvm_cpuid has another prototype"
exits 1 "refused" doctor
verdict host.module FAIL "refused: kvm_cpuid has another prototype"
for state in idle waiting disabled hovering; do
	put $host/state $state
	exits 0 "$state" doctor
	verdict host.module WARN "is $state"
done
put proc/cmdline "quiet kvmpv.enable=0"
exits 0 "kill switch" doctor
verdict machine WARN "kvmpv.enable=0"
tree both
rm -r "${root:?}/$guest"
exits 0 "nested, one module" doctor
verdict host.module PASS
verdict guest.module WARN "not loaded"
silent guest.cr3-cache

# EPT
tree host
exits 0 "EPT on" doctor
verdict host.ept PASS "EPT is on"
verdict host.cr3-cache PASS "not needed: with EPT"
silent host.cr3-vms
silent host.cr3-hits
put $host/features/cr3-cache 1
exits 0 "EPT on, and wanted" doctor
verdict host.cr3-cache WARN
tree host-cr3
put $ept 0
exits 0 "no EPT" doctor
verdict host.ept PASS "the CPU has none"
put proc/cpuinfo "processor	: 0" "flags		: fpu vmx ept lm"
exits 0 "EPT switched off" doctor
verdict host.ept WARN "though the CPU has it"
put $ept perhaps
exits 0 "EPT unknown" doctor
verdict host.ept WARN "cannot be seen"
rm "$root/$ept"
exits 0 "EPT not shown" doctor
verdict host.ept WARN
has "the file is named" "missing: $root/$ept"
rm -r "$root/sys/module/kvm_intel"
exits 0 "kvm_intel not loaded" doctor
verdict host.ept WARN "not loaded"
has "what next" "modprobe kvm_intel"

# What a host offers
tree host-cr3
put $host/reasons/cr3-cache "the CPU has no CR3 targets"
exits 0 "no EPT and impossible" doctor
verdict host.cr3-cache WARN "the CPU has no CR3 targets"
rm "$root/$host/reasons/cr3-cache"
exits 0 "no reason given" doctor
verdict host.cr3-cache WARN "cannot be seen"
rm "$root/$host/features/cr3-cache"
exits 0 "an older module" doctor
verdict host.cr3-cache WARN "has no feature cr3-cache"
rm -r "${root:?}/$host/features"
exits 0 "no features at all" doctor
verdict host.cr3-cache WARN "cannot be seen"
tree host-cr3
put $host/features/cr3-cache 1
exits 0 "on for new VMs" doctor
verdict host.cr3-cache PASS "for new VMs it is on"

# VMs
exits 0 "one VM uses it" doctor
verdict host.cr3-vms PASS "offered to 1 of 3 VMs, used by 1"
put $host/vm/11986-2/features/cr3-cache 1
exits 0 "one of two uses it" doctor
verdict host.cr3-vms WARN "used by 1; 11986-2 does not use it"
put $host/vm/11986-2/features/cr3-cache 0
put $host/vm/2000-3/features/cr3-cache 0
exits 0 "taken back" doctor
verdict host.cr3-vms PASS "offered to none of 3 VMs"
rm -r "${root:?}/$host/vm"
mkdir "$root/$host/vm"
exits 0 "no VMs" doctor
silent host.cr3-vms

# Hits
tree host-cr3
put $host/stats "cr3_hits 499" "cr3_misses 500"
exits 0 "few loads" doctor
verdict host.cr3-hits PASS "999 loads of CR3 so far"
put $host/stats "cr3_hits 499" "cr3_misses 501"
exits 0 "few hits" doctor
verdict host.cr3-hits WARN "49.9 %"
put $host/stats "cr3_hits 500" "cr3_misses 500"
exits 0 "half of them" doctor
verdict host.cr3-hits PASS "50.0 %"
put $host/stats "cr3_hits 18446744073709551615" "cr3_misses 18446744073709551615"
exits 0 "very many" doctor
verdict host.cr3-hits PASS "50.0 %"
put $host/stats "cr3_hits 500"
exits 0 "one counter" doctor
silent host.cr3-hits

# The guest
tree guest-cr3
exits 0 "in use" doctor
verdict guest.cr3-code PASS "2 instructions of the kernel jump to it"
put $guest/cr3_cache "mechanism probe" "sites 1" "pti 1" "flush_hook 0" "later x"
exits 0 "probes, PTI" doctor
verdict guest.cr3-code WARN "1 instruction of the kernel gets to it by probe"
silent guest.cr3-flush
verdict guest.cr3-pti WARN "PTI is on: each entry to and exit from the kernel writes CR3"
has "a decision about security" "a decision about security"
put $guest/cr3_cache "mechanism jump" "sites 2" "pti 0" "flush_hook 0"
exits 0 "flushes not taken over" doctor
verdict guest.cr3-flush WARN
for code in "jump 0" "none 2"; do
	put $guest/cr3_cache "mechanism ${code% *}" "sites ${code#* }" "pti 0" "flush_hook 0"
	exits 1 "in use and not built in: $code" doctor
	verdict guest.cr3-code FAIL
done
rm "$root/$guest/cr3_cache"
exits 0 "no file" doctor
verdict guest.cr3-code WARN
silent guest.cr3-pti
tree guest-cr3
put $guest/used "kick yield unhalt"
put $guest/reasons/cr3-cache "the kernel's code is not what it should be"
exits 1 "offered, on, not in use" doctor
verdict guest.cr3-cache FAIL "the kernel's code is not what it should be"
silent guest.cr3-code
put $guest/features/cr3-cache 0
exits 0 "offered, off" doctor
verdict guest.cr3-cache WARN "switched off here"
has "what next" "kvmpvctl enable --guest cr3-cache"
put $guest/state off
exits 0 "not active" doctor
silent guest.cr3-cache
rm "$root/$guest/features/cr3-cache"
put $guest/state active
put $guest/offered kick
exits 0 "an older guest module" doctor
verdict guest.cr3-cache WARN "has no feature cr3-cache"

# Spinlocks
ticks() { # NUMBERS [CPU...]
	sum="cpu  $1"
	shift
	put proc/stat "$sum" "$@" "intr 1 2 3"
}
tree guest-spinlock
exits 0 "pv-spinlock in use" doctor
verdict guest.pv-spinlock PASS "pv-spinlock is in use (mode pv)"
put $guest/spinlock/mode native
exits 0 "pv-spinlock in use, native" doctor
verdict guest.pv-spinlock PASS "pv-spinlock is in use (mode native)"
rm "$root/$guest/spinlock/mode"
exits 0 "no mode" doctor
verdict guest.pv-spinlock PASS "pv-spinlock is in use (mode ?)"
has "the file is named" "missing: $root/$guest/spinlock/mode"
rm -r "${root:?}/$guest/spinlock"
exits 0 "no directory" doctor
has "it is named" "missing: $root/$guest/spinlock"
put $guest/used kick
put $guest/reasons/pv-spinlock "a function is not what it should be"
exits 1 "pv-spinlock on, not in use" doctor
verdict guest.pv-spinlock FAIL "switched on, and not in use: a function is not what it should be"
rm "$root/$guest/reasons/pv-spinlock"
exits 1 "pv-spinlock on, not in use, no reason" doctor
verdict guest.pv-spinlock FAIL "the module does not say why"
put $guest/enable 0
put $guest/state off
exits 0 "pv-spinlock on, kvmpv off" doctor
verdict guest.pv-spinlock WARN "enable is 0"
put $guest/state disabled
exits 0 "pv-spinlock on, kill switch" doctor
silent guest.pv-spinlock

tree guest
exits 0 "pv-spinlock off" doctor
verdict guest.pv-spinlock PASS "pv-spinlock is off; steal time is 0.2 %"
has "where it would help" "next: where vCPUs are overcommitted: kvmpvctl enable --guest pv-spinlock"
put $guest/features/pv-spinlock 1
for reason in "not needed: this guest has one vCPU" "not in a KVM guest" \
	"not needed: the VMM promises that vCPUs are never preempted (kvm-hint-dedicated)"; do
	for switch in 0 1; do
		put $guest/features/pv-spinlock $switch
		put $guest/reasons/pv-spinlock "$reason"
		exits 0 "switch $switch, $reason" doctor
		verdict guest.pv-spinlock PASS "pv-spinlock is not in use: $reason"
	done
done
put $guest/features/pv-spinlock 0
put $guest/reasons/pv-spinlock "PREEMPT_RT kernels are not supported"
exits 0 "pv-spinlock is impossible" doctor
verdict guest.pv-spinlock WARN "not possible here: PREEMPT_RT kernels are not supported"
put $guest/reasons/pv-spinlock "switched off"
ticks "100 0 0 890 0 0 0 10 0 0" "cpu0 1 2" "cpu1 1 2"
exits 0 "steal: 1 %" doctor
verdict guest.pv-spinlock PASS "steal time is 1.0 %"
ticks "100 0 0 8890 0 0 0 100 910 0" "cpu0 1 2" "cpu7 1 2"
exits 0 "steal: more, guests of this guest are not counted twice" doctor
verdict guest.pv-spinlock WARN "taken 1.1 % of the time"
grep -qE '^ +next: kvmpvctl enable --guest pv-spinlock$' "$out"
ok $? "what next" "$out"
ticks "0 0 0 0 0 0 0 18446744073709551615" "cpu0 1 2" "cpu1 1 2"
exits 0 "steal: all" doctor
verdict guest.pv-spinlock WARN "taken 100.0 % of the time"
ticks "0 0 0 0 0 0 0 0" "cpu0 1 2" "cpu1 1 2"
exits 0 "no time has gone by" doctor
verdict guest.pv-spinlock PASS "steal time is 0.0 %"
ticks "100 0 0 500 0 0 0 400 0 0" "cpu0 1 2"
exits 0 "one vCPU" doctor
verdict guest.pv-spinlock PASS "not needed: this guest has one vCPU"
hasnt "no hint" "enable --guest pv-spinlock"
put $guest/enable 0
put $guest/state off
ticks "100 0 0 500 0 0 0 400 0 0" "cpu0 1 2" "cpu1 1 2"
exits 0 "kvmpv and pv-spinlock off" doctor
verdict guest.pv-spinlock WARN "taken 40.0 % of the time"
has "both have to be on" "next: kvmpvctl enable --guest pv-spinlock, and kvmpvctl enable --guest"
rm "$root/proc/stat"
exits 0 "no /proc/stat" doctor
verdict guest.pv-spinlock WARN "whether it would help cannot be seen"
has "the file is named" "missing: $root/proc/stat"
rm "$root/$guest/used"
exits 0 "unknown whether it is used" doctor
verdict guest.pv-spinlock WARN "whether pv-spinlock is used cannot be seen"
rm "$root/$guest/features/pv-spinlock"
exits 0 "a module without pv-spinlock" doctor
verdict guest.pv-spinlock WARN "kvmpv_guest that is loaded has no feature pv-spinlock"
tree host
exits 0 "a host" doctor
silent guest.pv-spinlock

# Damage: a verdict whatever the files are like, and each is named.
for file in $ept $host/reasons/cr3-cache $host/features/cr3-cache $host/stats $host/state \
	$guest/cr3_cache $guest/reasons/cr3-cache $guest/offered $guest/used $guest/stats \
	$guest/features/pv-spinlock $guest/reasons/pv-spinlock proc/stat; do
	why=
	for way in empty noise long cut pipe directory; do
		tree guest-cr3
		mkdir "$tmp/both"
		"$unit/ctl-tree" host-cr3 "$tmp/both" || exit 1
		cp -r "$tmp/both/sys" "$root/" && rm -r "$tmp/both"
		put proc/cpuinfo "processor	: 0" "flags		: fpu vmx hypervisor lm"
		sed -i '/^cpu/!d' "$root/proc/stat"
		case $way in
		empty) : >"$root/$file" ;;
		noise) head -c 2000 /dev/urandom >"$root/$file" ;;
		long) head -c 200000 /dev/zero | tr '\0' 7 >"$root/$file" ;;
		cut) text=$(cat "$root/$file") && printf %s "${text%?}" >"$root/$file" ;;
		pipe) rm "$root/$file" && mkfifo "$root/$file" ;;
		directory) rm "$root/$file" && mkdir "$root/$file" ;;
		esac
		ctl doctor
		[ "$code" -le 1 ] && grep -q "$root/$file" "$out" || why="$why $way"
		ctl doctor --json
		"$json" checks.0.name <"$out" >/dev/null || why="$why $way/JSON"
	done
	[ -z "$why" ]
	ok $? "$file, damaged:$why" "$out"
done

tree host-cr3
exits 0 "colour: always" doctor --color=always
has "colour is there" "$(printf '\033[32mPASS\033[0m')"
exits 0 "colour: not a terminal" doctor
hasnt "no colour" "$(printf '\033')"
done_testing
