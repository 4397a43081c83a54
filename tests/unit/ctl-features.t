#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl features: each cell follows what it is told from and nothing else; what cannot be seen is
# not guessed. The kernel's own switches. What doctor makes of it.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"

guest=sys/kernel/kvmpv/guest
host=sys/kernel/kvmpv/host
vm=$host/vm/2000-3/kvm
delay=proc/sys/kernel/io_delay_type
poll=sys/module/kvm/parameters/halt_poll_ns

kvm_tree() { # KIND
	tree "$1"
	"$unit/ctl-tree-kvm" "$root" || exit 1
}

put() { # FILE TEXT...: a line each
	put_to=$root/$1
	mkdir -p "${put_to%/*}"
	shift
	printf '%s\n' "$@" >"$put_to"
}

cells() { # NAME OFFERED EXPOSED USED: in the last output, which is text
	got=$(awk -v name="$1" '$1 == name { print $2, $3, $4 }' "$out")
	[ "$got" = "$2 $3 $4" ]
	ok $? "$1: $2 $3 $4" "$out"
	[ "$got" = "$2 $3 $4" ] || echo "# but $got"
}

counts() { # NAME CELLS: of a host, for all VMs
	got=$(awk -v name="$1" '$1 == name' "$out" | tr -s ' ')
	case $got in
	" $1 $2 "*) ok 0 "$1: $2" ;;
	*) ok 1 "$1: $2" "$out" ;;
	esac
}

cell() { # SIDE NAME CELL MEMBER VALUE: of the JSON in the last output
	i=0
	while name=$("$json" "$1.features.$i.name" <"$out" 2>/dev/null) && [ "$name" != "$2" ]; do
		i=$((i + 1))
	done
	says "$1.features.$i.$3.$4" "$5"
}

columns() { # FILE: name and cells of the last output
	awk '/^  [a-z]/ { print $1, $2, $3, $4 }' "$out" >"$1"
}

# As they are
for kind in guest host both; do
	kvm_tree $kind
	exits 0 "$kind" features
	golden "features-$kind"
	exits 0 "$kind, JSON" features --json
	says output_version.command features
	says problems.length 0
done
kvm_tree both
exits 0 "one side" features --guest
hasnt "only the guest" "host:"
exits 0 "the other" features --host --no-legend
hasnt "no legend" FEATURE
exits 0 "one VM" features --vm 2000-3
golden features-vm
exits 0 "one VM, JSON" features --vm 11993-1 --json
says host.vm 11993-1
cell host pv-unhalt exposed is no
cell host steal-time used is yes
cell host steal-time used evidence "kvmpv_host: 4 of 4 vCPUs"
exits 0 "a VM that uses nothing of kvmpv" features --vm 2000-3
cells kick yes yes no
exits 0 "a VM that does" features --vm 11993-1
cells kick yes yes yes
cells clocksource yes yes no
exits 1 "a VM that is not there" features --vm 5-5
exits 2 "not a VM" features --vm x
exits 2 "a VM of a guest" features --guest --vm 2000-3
tree bare
exits 4 "no KVM" features
tree unloaded
exits 0 "nothing but /dev/kvm and a signature" features
hasnt "no answer without evidence" " yes "
exits 3 "a VM without the module" features --vm 2000-3

# A guest: each bit of CPUID is one cell
kvm_tree guest
exits 0 "all of it" features --guest
columns "$tmp/all"
for bit in 0:clocksource 1:nop-io-delay 3:clocksource2 4:async-pf 5:steal-time 6:pv-eoi 7:pv-unhalt \
	9:pv-tlb-flush 10:async-pf-vmexit 11:pv-send-ipi 12:poll-control 13:pv-sched-yield \
	14:async-pf-int 24:clocksource-stable; do
	put cpuid.leaves "1 663 800 f6f83203 178bfbff" \
		"$(printf '40000001 %x 0 0 0' $((0x01007efb & ~(1 << ${bit%:*}))))"
	exits 0 "without bit ${bit%:*}" features --guest
	columns "$tmp/now"
	[ "$(awk 'NR == FNR { all[$1] = $3; next } all[$1] != $3 { print $1, $3 }' "$tmp/all" "$tmp/now")" = "${bit#*:} no" ]
	ok $? "only ${bit#*:} is not exposed" "$tmp/now"
done
put cpuid.leaves "1 663 800 f6d83203 178bfbff" "40000001 81007efb 0 0 00000005"
exits 0 "other bits" features --guest
cells x2apic "?" no yes
cells bit-31 "?" yes "?"
cells hint-realtime "?" yes no
cells hint-2 "?" yes "?"
rm "$root/cpuid.leaves"
exits 0 "no CPUID" features --guest
cells pv-eoi "?" "?" yes
put cpuid VMwareVMware
put cpuid.leaves "1 663 800 f6f83203 178bfbff"
exits 0 "no KVM block" features --guest --json
cell guest pv-eoi exposed is no
cell guest pv-eoi exposed evidence "CPUID has no block of KVM"

# A guest: what the kernel does, by the module
kvm_tree guest
for line in io_delay:nop-io-delay eoi:pv-eoi send_ipi:pv-send-ipi tlb_flush:pv-tlb-flush \
	sched_yield:pv-sched-yield spinlock:pv-unhalt; do
	sed -i "s/^\(${line%:*}\) .*/\1 native/" "$root/$guest/kernel"
	[ "${line%:*}" != spinlock ] || sed -i 's/^spinlock .*/spinlock queue/' "$root/$guest/kernel"
	[ "${line%:*}" != eoi ] || put $guest/msrs "cpus 2"
	exits 0 "${line%:*} is native" features
	cells "${line#*:}" "?" yes no
done
sed -i 's/^spinlock .*/spinlock unknown/' "$root/$guest/kernel"
exits 0 "unknown spinlocks" features
cells pv-unhalt "?" yes "?"
kvm_tree guest
put $guest/msrs "cpus 2" "clock 0" "clock_old 0" "async_pf 1" "async_pf_vmexit 0" "async_pf_int 0" \
	"steal_time 0" "pv_eoi 0" "host_polls 0" "migration -"
exits 0 "MSRs" features --json
cell guest clocksource2 used is no
cell guest async-pf used is yes
cell guest async-pf used evidence "MSR 0x4b564d02: on 1 of 2 CPUs"
cell guest steal-time used is no
cell guest poll-control used is yes
kvm_tree guest
put cpuid.leaves "1 663 800 f6f83203 178bfbff" "40000001 01007edb 0 0 0"
sed -i 's/^\(tlb_flush\|sched_yield\) .*/\1 native/' "$root/$guest/kernel"
exits 0 "no steal time" features
has "it says what is missing" "needs steal-time, which is not exposed"
put sys/devices/system/cpu/possible 0
exits 0 "one CPU" features
has "it says so" "not needed: there is one CPU"

# Without the module
kvm_tree guest
rm -r "${root:?}/$guest"
exits 0 "no module" features
cells pv-eoi "?" yes "?"
cells clocksource2 "?" yes yes
cells poll-control "?" yes no
cells x2apic "?" yes "?"
cells pv-unhalt "?" yes "?"
put cpuid.leaves "1 663 800 f6f83203 178bfbff" "40000001 01007ef3 0 0 0"
exits 0 "the older MSRs of the clock only" features
cells clocksource "?" yes yes
cells clocksource2 "?" no no
put cpuid.leaves "1 663 800 f6f83203 178bfbff" "40000001 01007efb 0 0 0"
put dev/kmsg "6,1,0,-;kvm-guest: PV spinlocks enabled" "6,2,0,-;x2apic enabled"
exits 0 "a boot log" features
cells pv-unhalt "?" yes yes
cells x2apic "?" yes yes
cells pv-tlb-flush "?" yes "?"
mkdir -p "$root/dev/cpu/0"
: >"$root/dev/cpu/0/msr"
for msr in 0x4b564d03:1 0x4b564d04:0 0x4b564d05:1 0x1b:0; do
	# shellcheck disable=SC2059 # octal
	printf "\\$(printf %o "${msr#*:}")\0\0\0\0\0\0\0" |
		dd of="$root/dev/cpu/0/msr" bs=1 seek=$((${msr%:*})) conv=notrunc 2>/dev/null
done
exits 0 "MSRs of a CPU" features
cells steal-time "?" yes yes
cells pv-eoi "?" yes no
cells poll-control "?" yes no
cells x2apic "?" yes no
put sys/devices/system/clocksource/clocksource0/available_clocksource "tsc acpi_pm "
rm -r "$root/dev/cpu" "$root/dev/kmsg"
exits 0 "other clocks" features
cells clocksource2 "?" yes no
put proc/interrupts "  0:  5  7  XT-PIC  timer" "  4:  1  0  XT-PIC  ttyS0"
exits 0 "a PIC" features --json
cell guest no-pic used is no
cell guest no-pic used evidence "/proc/interrupts: 13 of XT-PIC, 0 of IO-APIC, 0 of MSI"

# A host
kvm_tree host
exits 0 "KVM" features
counts pv-unhalt "yes 0 of 3 ?"
put $vm "vcpus 1" "features 0x000000ff"
exits 0 "a VM with another CPUID" features
counts pv-unhalt "yes 1 of 3 ?"
rm "$root/$vm"
exits 0 "a VM of which nothing is known" features
counts pv-unhalt "yes 0 of 2 ?"
counts irqchip "yes - 2 of 2"
rm "$root/dev/kvm"
exits 0 "no /dev/kvm" features
has "it says so" "cannot be seen: /dev/kvm: missing"
kvm_tree host
put dev/kvm "00000001 663 800 f6d83203 178bfbff" "40000001 0100007b 0 0 0" "cap 0 0" "cap 33 1"
put sys/module/kvm_intel/parameters/ple_gap 0
put sys/module/kvm_intel/parameters/ept N
exits 0 "a KVM that has less" features --json
cell host pv-unhalt offered is no
cell host pv-eoi offered is yes
cell host x2apic offered is no
cell host irqchip offered is no
cell host pit offered is yes
cell host ple used is no
cell host nested-paging used is no
cell host srcu-memslots used is unknown
cell host msi-ext-dest-id offered is none

# Damage
head -c 3000 /dev/urandom >"$tmp/noise"
for file in $guest/kernel $guest/msrs $guest/cr3_cache $vm dev/kvm cpuid.leaves $delay $poll \
	proc/interrupts sys/devices/system/cpu/possible sys/devices/system/cpu/online; do
	why=
	for way in noise empty cut long missing directory loop pipe endless; do
		kvm_tree both
		text=$(cat "$root/$file" 2>/dev/null)
		rm -f "$root/$file"
		case $way in
		noise) cp "$tmp/noise" "$root/$file" ;;
		empty) : >"$root/$file" ;;
		cut) printf %s "${text%?}" >"$root/$file" ;;
		long) seq 20000 >"$root/$file" ;;
		directory) mkdir "$root/$file" ;;
		loop) ln -s "${file##*/}" "$root/$file" ;;
		pipe) mkfifo "$root/$file" ;;
		endless) ln -s /dev/zero "$root/$file" ;;
		esac
		for args in "features" "features --vm 2000-3" "doctor" "enable --runtime no-io-delay" \
			"disable --runtime halt-poll"; do
			# shellcheck disable=SC2086 # words
			timeout 20 "$ctl" --root "$root" $args --json >"$out" 2>"$err"
			code=$?
			[ $code -le 4 ] && "$json" output_version <"$out" >/dev/null 2>&1 ||
				why="$why $way: $args: $code"
		done
		timeout 20 "$ctl" --root "$root" features >"$out" 2>"$err" || why="$why $way: text"
		case $way/$file in
		missing/* | */cpuid.leaves | */proc/* | */parameters/* | */devices/* | cut/dev/kvm) ;;
		*) grep -q "^not seen.*$file" "$out" || why="$why $way: not named" ;;
		esac
	done
	[ -z "$why" ]
	ok $? "damage to $file: exit code, JSON and its name$why"
done
mkdir -p "$root/sys/kernel/btf"
cp "$tmp/noise" "$root/sys/kernel/btf/vmlinux"
cp "$tmp/noise" "$root/sys/kernel/btf/kvm"
exits 0 "type information that is none" features --host --json
cell host srcu-memslots used is unknown

# The kernel's own switches
kvm_tree guest
exits 0 "no delay" enable no-io-delay
file_is $delay 3
file_is etc/kvmpv/guest.conf.d/90-kvmpvctl.conf "# Written by kvmpvctl enable and disable, see kvmpv.conf(5).
no-io-delay = on"
has "it has no effect here" "nop-io-delay took it out at boot"
hasnt "the module has nothing to do with it" "guest: active"
sed -i 's/^io_delay .*/io_delay native/' "$root/$guest/kernel"
exits 0 "no delay, again" enable no-io-delay
has "it is so already" "guest: no-io-delay on, now already"
hasnt "it has an effect" "took it out"
exits 0 "what comes of it" features
cells no-io-delay - - yes
exits 0 "the delay is back" disable no-io-delay
file_is $delay 0
exits 0 "what comes of that" features
cells no-io-delay - - no
put $delay 2
exits 0 "a loop is no port" enable --runtime no-io-delay
file_is $delay 2
rm -r "${root:?}/$guest"
put $delay 0
exits 0 "no module is needed" enable --runtime no-io-delay
file_is $delay 3
exits 0 "--dry-run" disable --dry-run no-io-delay
has "it says what it would do" "would write: 0 in $root/$delay"
file_is $delay 3
rm "$root/$delay"
exits 4 "a kernel that has none" enable --runtime no-io-delay
has "it says which file" "this kernel has no $root/$delay"
kvm_tree guest
config etc/kvmpv/guest.conf "no-io-delay = on"
exits 0 "at boot" apply
file_is $delay 3
exits 0 "an initramfs has nothing of it" initramfs settings
hasnt "indeed" delay

kvm_tree host
exits 0 "no polling" disable halt-poll
file_is $poll 0
exits 0 "polling" enable halt-poll
file_is $poll 200000
put $poll 50000
exits 0 "less of it is polling, too" enable halt-poll
file_is $poll 50000
exits 0 "all features are not the kernel" disable
file_is $poll 50000
exits 2 "a VM has no such switch" disable --vm 2000-3 halt-poll
has "it says why" "halt-poll is switched for all of this host"
kvm_tree host
config etc/kvmpv/host.conf.d/10.conf "halt-poll = off"
exits 0 "at boot" apply
file_is $poll 0
kvm_tree both
exits 0 "which side is clear from the name" disable --runtime halt-poll
exits 0 "the other one too" enable --runtime no-io-delay
exits 2 "not with a feature of both" enable --runtime no-io-delay kick

# Advice
verdict() { # NAME VERDICT [TEXT]
	line=$(grep -E "^[A-Z]{4}  $1 +" "$out")
	case $line in
	"$2  $1 "*"${3-}"*) ok 0 "$1: $2" ;;
	*) ok 1 "$1: $2 ${3-}" "$out" "$err" ;;
	esac
}
kvm_tree guest
exits 0 "x2APIC" doctor
verdict guest.x2apic PASS
sed -i 's/^x2apic .*/x2apic 0/' "$root/$guest/kernel"
exits 0 "xAPIC" doctor
verdict guest.x2apic WARN "though x2APIC is exposed"
put cpuid.leaves "1 663 800 f6d83203 178bfbff" "40000001 01007edb 0 0 0"
exits 0 "no x2APIC" doctor
verdict guest.x2apic WARN "not exposed"
done_testing
