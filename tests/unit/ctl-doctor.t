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

# Kernel: what is asked for stands in dkms.conf
release=6.1.0-1
kernel() { # [RELEASE]
	release=${1-6.1.0-1}
	mkdir -p "$root/proc/sys/kernel" "$root/lib/modules/$release/build"
	put proc/sys/kernel/osrelease "$release"
}
options() { # dkms.conf: its options as a kernel's configuration has them
	sed -n 's/^BUILD_EXCLUSIVE_CONFIG="\(.*\)"/\1/p' "$1" | tr ' ' '\n' | sed 's/$/=y/'
}
for side in host guest; do
	case $side in
	host) dkms=dkms/dkms.conf ;;
	guest) dkms="guest-kmod/dkms.conf" ;;
	esac
	tree $side
	kernel
	exits 0 "$side: no configuration" doctor
	silent $side.kernel
	options "$dkms" >"$root/boot/config-$release"
	exits 0 "$side: all options" doctor
	verdict $side.kernel PASS "kernel $release has what kvmpv_$side needs"
	options "$dkms" | sed 's/=y/=m/' >"$root/lib/modules/$release/config"
	rm "$root/boot/config-$release"
	exits 0 "$side: all options, as Fedora has them" doctor
	verdict $side.kernel PASS
	mv "$root/lib/modules/$release/config" "$root/lib/modules/$release/build/.config"
	exits 0 "$side: all options, in the headers" doctor
	verdict $side.kernel PASS
	gzip <"$root/lib/modules/$release/build/.config" >"$root/proc/config.gz"
	rm "$root/lib/modules/$release/build/.config"
	exits 0 "$side: all options, in the kernel" doctor
	verdict $side.kernel PASS
	for option in $(options "$dkms" | sed 's/=y//'); do
		options "$dkms" | sed "s/^$option=y/# $option is not set/" \
			>"$root/boot/config-$release"
		exits 1 "$side: without $option" doctor
		verdict $side.kernel FAIL "is not built as kvmpv_$side needs it: $option"
	done
	kernel 6.0.9-1
	exits 1 "$side: an old kernel" doctor
	verdict $side.kernel FAIL "kernel 6.0.9-1 is older than 6.1"
	kernel 7.0.1
	options "$dkms" >"$root/boot/config-7.0.1"
	exits 0 "$side: a new kernel" doctor
	verdict $side.kernel PASS
done
tree both
kernel
: >"$root/boot/config-$release"
exits 0 "it may be meant to be the other side" doctor
verdict host.kernel WARN
exits 1 "it is meant" doctor --host
verdict host.kernel FAIL

# Headers
tree host
exits 0 "nothing of this kernel" doctor
silent headers
kernel
exits 0 "no headers" doctor
verdict headers WARN "no headers of kernel $release"
has "what next" "next: dnf install kernel-devel-$release"
put etc/debian_version 12.0
exits 0 "no headers, Debian" doctor
has "what next" "next: apt install linux-headers-$release"
put "lib/modules/$release/build/Makefile" ""
exits 0 "headers" doctor
verdict headers PASS
rm -r "${root:?}/$host"
exits 0 "not loaded, not installed" doctor
verdict host.module WARN "kvmpv_host is not loaded"
mkdir -p "$root/usr/src/kvmpv-host-$(cat VERSION)"
exits 1 "installed, not built" doctor
verdict host.module FAIL "DKMS has not built it for this kernel"
has "what next" "then run dkms install kvmpv-host/$(cat VERSION)"

# ftrace
for kind in host guest-spinlock; do
	tree $kind
	mkdir -p "$root/proc/sys/kernel"
	put proc/sys/kernel/ftrace_enabled 1
	exits 0 "$kind, ftrace on" doctor
	verdict ftrace PASS
	put proc/sys/kernel/ftrace_enabled 0
	exits 1 "$kind, ftrace off" doctor
	verdict ftrace FAIL "kernel.ftrace_enabled is 0"
	has "what next" "sysctl kernel.ftrace_enabled=1"
done
verdict guest.pv-spinlock FAIL "in use by name only"
tree unloaded
mkdir -p "$root/proc/sys/kernel"
put proc/sys/kernel/ftrace_enabled 0
exits 0 "ftrace off, nothing loaded" doctor
verdict ftrace WARN

# Livepatch: a folder a patch, an object, a function; what kvmpv takes over stands in its sources
tree host
mkdir -p "$root/sys/kernel/livepatch"
exits 0 "no livepatch" doctor
verdict livepatch PASS
mkdir -p "$root/sys/kernel/livepatch/fix_1/kvm/kvm_cpuid_x,1" \
	"$root/sys/kernel/livepatch/fix_1/vmlinux/kvm_cpui,1"
put sys/kernel/livepatch/fix_1/enabled 1
exits 0 "a livepatch of something else" doctor
verdict livepatch PASS
functions=$(sed -n '/define KVMPV_KVM_HOOKS/,/[^\\]$/s/.*F([a-z_]*, \([a-z_]*\),.*/\1/p' dkms/kvm.h
	sed -n 's/.*kvmpv_hook .*\.name = "\(.*\)"}.*/\1/p; s/.*\[HOOK_.*\.name = "\(.*\)"}.*/\1/p
		s/^#define SLOWPATH_.* "\(.*\)"/\1/p' guest-kmod/cr3-hooks.c guest-kmod/spinlock.c)
count=0
for function in $functions; do
	count=$((count + 1))
	mkdir "$root/sys/kernel/livepatch/fix_1/kvm/$function,1"
	exits 0 "a livepatch of $function" doctor
	verdict livepatch WARN "a livepatch changes $function"
	rmdir "$root/sys/kernel/livepatch/fix_1/kvm/$function,1"
done
[ $count -ge 14 ]
ok $? "$count functions were found in the sources"
mkdir "$root/sys/kernel/livepatch/fix_1/kvm/kvm_cpuid,1"
put $host/state refused
exits 1 "kvmpv came second" doctor
verdict livepatch FAIL

# Secure Boot, keys, signatures
vars=sys/firmware/efi/efivars
secure_boot() { # VALUE
	mkdir -p "$root/$vars"
	perl -e 'print pack "VC", 6, $ARGV[0]' "$1" \
		>"$root/$vars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
}
tree guest
exits 0 "no firmware" doctor
silent secure-boot
mkdir -p "$root/sys/firmware"
exits 0 "no UEFI" doctor
verdict secure-boot PASS "not booted by UEFI"
mkdir -p "$root/sys/firmware/efi"
exits 0 "no efivarfs" doctor
verdict secure-boot WARN "cannot be seen"
has "what next" "mokutil --sb-state"
mkdir "$root/$vars"
exits 0 "firmware that knows no Secure Boot" doctor
verdict secure-boot PASS "Secure Boot is off"
secure_boot 0
exits 0 "Secure Boot is off" doctor
verdict secure-boot PASS "Secure Boot is off"
silent mok
secure_boot 1
exits 0 "no key" doctor
verdict secure-boot PASS "Secure Boot is on"
verdict mok WARN "DKMS makes one when it builds"
has "what next" "next: mokutil --import /var/lib/dkms/mok.pub, then reboot"
mkdir -p "$root/var/lib/dkms" "$root/etc/dkms"
head -c 800 /dev/urandom >"$root/var/lib/dkms/mok.pub"
exits 1 "a key that is not enrolled" doctor
verdict mok FAIL "the key in /var/lib/dkms/mok.pub is not enrolled"
has "what next" "next: mokutil --import /var/lib/dkms/mok.pub"
list=$root/$vars/MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23
head -c 900 /dev/urandom >"$list"
exits 1 "another key is enrolled" doctor
verdict mok FAIL
cat "$root/var/lib/dkms/mok.pub" >>"$list"
exits 0 "the key is enrolled" doctor
verdict mok PASS
rm "$list"
mkdir "$root/sys/firmware/efi/mok-variables"
cp "$root/var/lib/dkms/mok.pub" "$root/sys/firmware/efi/mok-variables/MokListRT"
exits 0 "the key is enrolled, as newer kernels show it" doctor
verdict mok PASS
put etc/dkms/framework.conf "# mok_certificate=/x" 'mok_certificate="/etc/keys/kvmpv.der"'
exits 0 "DKMS was told of a key that is not there" doctor
verdict mok WARN
has "what next" "mokutil --import /etc/keys/kvmpv.der"
mkdir "$root/etc/dkms/framework.conf.d"
put etc/dkms/framework.conf.d/a.conf "mok_certificate=/var/lib/dkms/mok.pub"
exits 0 "DKMS was told of another one in a drop-in" doctor
verdict mok PASS "/var/lib/dkms/mok.pub is enrolled"
rm -r "$root/etc/dkms"
rm "$root/var/lib/dkms/mok.pub"
mkdir -p "$root/var/lib/shim-signed/mok"
cp "$root/sys/firmware/efi/mok-variables/MokListRT" "$root/var/lib/shim-signed/mok/MOK.der"
exits 0 "Ubuntu's key" doctor
verdict mok PASS "/var/lib/shim-signed/mok/MOK.der is enrolled"

lockdown() { # TEXT
	mkdir -p "$root/sys/kernel/security"
	put sys/kernel/security/lockdown "$1"
}
tree guest
lockdown "[none] integrity confidentiality"
exits 0 "not locked down" doctor
verdict lockdown PASS "not locked down"
lockdown "none [integrity] confidentiality"
exits 0 "locked down" doctor
verdict lockdown PASS "locked down (integrity)"
silent guest.signature

if command -v depmod >/dev/null && command -v gcc >/dev/null; then
	kernel
	dir=$root/lib/modules/$release
	mkdir -p "$dir/updates" "$root/sys/module/module/parameters"
	printf 'const char info[] __attribute__((section(".modinfo"))) = "license=GPL\\0version=%s";\n' \
		"$(cat VERSION)" | gcc -x c -c -o "$dir/updates/kvmpv_guest.ko" -
	touch "$dir/modules.order" "$dir/modules.builtin"
	depmod -b "$root" "$release" 2>/dev/null
	exits 1 "not signed, locked down" doctor
	verdict guest.signature FAIL "loads signed modules only (lockdown)"
	has "what next" "dkms install --force kvmpv-guest/$(cat VERSION) -k $release"
	lockdown "[none] integrity confidentiality"
	exits 0 "not signed" doctor
	verdict guest.signature PASS "is not signed, and need not be"
	put sys/module/module/parameters/sig_enforce N
	exits 0 "not signed, not enforced" doctor
	put sys/module/module/parameters/sig_enforce Y
	exits 1 "not signed, enforced" doctor
	verdict guest.signature FAIL "(module.sig_enforce)"
	verdict guest.versions PASS
	mv "$root/$guest" "$tmp/loaded"
	exits 3 "not signed, enforced, not loaded" apply --guest
	has "what next" "next: kvmpvctl doctor: the one on disk is not signed, and this kernel"
	mv "$tmp/loaded" "$root/$guest"
	# Signer, key and signature; how long they are and of what kind (X.509); the magic
	{
		printf maker
		head -c 68 /dev/zero
		printf '\001\004\001\005\004\000\000\000\000\000\000\100~Module signature appended~\n'
	} >>"$dir/updates/kvmpv_guest.ko"
	exits 0 "signed, enforced" doctor
	verdict guest.signature PASS "is signed by maker"
	put proc/keys \
		"0b01 I------ 1 perm 1f030000 0 0 asymmetri maker: 0a1b2c: X509.rsa 2c []" \
		"0b02 I--Q--- 1 perm 1f3f0000 0 65534 keyring   _uid.0: empty"
	exits 0 "its key is known" doctor
	verdict guest.signature PASS "is signed by maker"
	put proc/keys \
		"0b01 I------ 1 perm 1f030000 0 0 asymmetri breaker: 0a1b2c: X509.rsa 2c []"
	exits 1 "its key is not known" doctor
	verdict guest.signature FAIL "is signed by maker, whose key this kernel does not know"
	has "what next, without UEFI" "sign it with a key this kernel knows"
	mkdir -p "$root/sys/firmware/efi"
	exits 1 "its key is not known, UEFI" doctor
	has "what next" "mokutil --import"
	rm -r "${root:?}/sys/firmware/efi" "${root:?}/$guest" "${root:?}/sys/module/kvmpv_guest"
	exits 3 "not loaded" apply --guest
	has "what next" "next: kvmpvctl doctor: the one on disk is signed by maker, whose key"
	put sys/module/module/parameters/sig_enforce N
	exits 0 "not enforced" doctor
	verdict guest.signature PASS "is signed by maker"
	exits 3 "not loaded" apply --guest
	has "what next" "next: modprobe kvmpv_guest"
else
	skip "signatures" "no depmod or gcc"
fi

# Processor
msr() { # TARGETS
	mkdir -p "$root/dev/cpu/0"
	rm -f "$root/dev/cpu/0/msr"
	truncate -s 1157 "$root/dev/cpu/0/msr"
	perl -e 'print pack "Q<", $ARGV[0] << 16 | 0x1234' "$1" >>"$root/dev/cpu/0/msr"
}
tree host
exits 0 "MSRs not seen, EPT" doctor
silent host.cr3-targets
put $ept N
exits 0 "MSRs not seen, the module has looked" doctor
silent host.cr3-targets
rm -r "${root:?}/$host"
exits 0 "MSRs not seen, no EPT, no module" doctor
verdict host.cr3-targets WARN
has "what next" "modprobe msr"
msr 4
exits 0 "four CR3 targets" doctor
verdict host.cr3-targets PASS "has 4 CR3 targets"
msr 3
exits 0 "three" doctor
verdict host.cr3-targets WARN "has 3 CR3 targets"
put $ept Y
exits 0 "three, EPT" doctor
verdict host.cr3-targets PASS "with EPT it is not needed"
put sys/module/kvm_intel/parameters/nested 1
exits 0 "nested" doctor
verdict host.nested PASS "guests can run KVM"
put sys/module/kvm_intel/parameters/nested N
exits 0 "not nested" doctor
verdict host.nested PASS "guests cannot run KVM"
tree both
msr 0
mkdir -p "$root/sys/module/kvm_amd/parameters"
put sys/module/kvm_amd/parameters/npt 1
exits 0 "AMD" doctor
silent host.cr3-targets
verdict host.ept PASS "NPT is on"
put sys/module/kvm_amd/parameters/npt 0
exits 0 "AMD without NPT" doctor
verdict host.ept WARN "NPT is off"
cpu() { # FLAGS
	printf 'processor\t: 0\nflags\t\t: fpu %s lm\nbugs\t\t:\n' "$1" >"$root/proc/cpuinfo"
}
for kind in host guest; do
	tree $kind
	cpu "vmx pcid"
	exits 0 "$kind: PTI off" doctor
	verdict pti PASS "PTI is off; the processor has PCID"
	cpu "vmx pcid pti"
	exits 0 "$kind: PTI on" doctor
	verdict pti PASS "PTI is on, with PCID"
	cpu "vmx pti"
	exits 0 "$kind: PTI on, no PCID" doctor
	verdict pti WARN "each entry to the kernel flushes the TLB"
done
has "what next" "+pcid"
rm "$root/proc/cpuinfo"
exits 0 "no cpuinfo" doctor
silent pti
done_testing
