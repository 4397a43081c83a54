#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl enable, disable, apply: what is written where, and what is not.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"

host=sys/kernel/kvmpv/host
guest=sys/kernel/kvmpv/guest
conf=etc/kvmpv/host.conf.d/90-kvmpvctl.conf
gconf=etc/kvmpv/guest.conf.d/90-kvmpvctl.conf

# Host
tree host
exits 0 "host: disable a feature" disable kick
file_is $host/features/kick 0
file_is $host/features/yield 1
has "it says so" "host: kick off, now"
grep -qx "kick = off" "$root/$conf"
ok $? "it is saved" "$root/$conf"
[ "$(stat -c %a "$root/$conf")" = 644 ]
ok $? "the file's mode is 0644"
[ "$(find "$root/etc/kvmpv" -type f | wc -l)" -eq 1 ]
ok $? "nothing is left beside it"
before=$(stat -c %i "$root/$conf")
exits 0 "host: disable it again" disable kick
has "it is off already" "host: kick off, now already"
has "it is saved already" "host: kick off, saved already"
[ "$(stat -c %i "$root/$conf")" = "$before" ]
ok $? "the file is not written again"
exits 0 "host: enable several" enable kick page
file_is $host/features/kick 1
file_is $host/features/page 1
file_is $conf "$(sed -n 1p "$root/$conf")
kick = on
page = on"
exits 0 "host: disable all" disable
for feature in kick yield unhalt stats page cr3-cache; do
	file_is $host/features/$feature 0
	grep -qx "$feature = off" "$root/$conf"
	ok $? "$feature is saved"
done

exits 0 "host: enable all" enable
for feature in kick yield unhalt stats page; do
	file_is $host/features/$feature 1
done
file_is $host/features/cr3-cache 0
grep -qx "cr3-cache = off" "$root/$conf"
ok $? "what is to be named was not meant"

tree host
config $conf "# mine" "kick=on # why" "" "yield = off"
exits 0 "--runtime" disable --runtime kick
file_is $host/features/kick 0
file_is $conf "# mine
kick=on # why

yield = off"
exits 0 "comments stay" disable kick
file_is $conf "# mine
kick=off # why

yield = off"
exits 0 "--dry-run" enable --dry-run kick yield
has "dry run: sysfs" "would write: 1 in $root/$host/features/kick"
has "dry run: already" "is already: 1 in $root/$host/features/yield"
has "dry run: file" "would set: kick = on in $root/$conf"
file_is $host/features/kick 0
exits 0 "--dry-run, JSON" enable --dry-run --json kick
says dry_run true
says sides.host.changes.0.key kick
says sides.host.changes.0.where runtime
says sides.host.changes.0.done false
says sides.host.changes.1.where saved
exits 0 "JSON" enable --json kick
says sides.host.changes.0.done true
says sides.host.changes.0.already false
says sides.host.state active

mv "$root/$conf" "$root/etc/real.conf"
ln -s ../../real.conf "$root/$conf"
exits 0 "a link to the file" disable kick
[ -L "$root/$conf" ]
ok $? "stays a link"
grep -q "^kick=off" "$root/etc/real.conf"
ok $? "and what it leads to is changed"

# One VM
tree host
exits 0 "one VM" disable --vm 2000-3 kick
file_is $host/vm/2000-3/features/kick 0
file_is $host/vm/11986-2/features/kick 1
file_is $host/features/kick 1
[ ! -e "$root/etc/kvmpv" ]
ok $? "nothing is saved for a VM"
exits 0 "all of one VM" disable --vm=2000-3
file_is $host/vm/2000-3/features/page 0
exits 0 "all of one VM, on again" enable --vm=2000-3
file_is $host/vm/2000-3/features/page 1
file_is $host/vm/2000-3/features/cr3-cache 0
exits 1 "a VM that is not there" disable --vm 2001-1 kick
exits 2 "not a VM" disable --vm ../../guest kick
exits 2 "a VM of a guest" disable --guest --vm 2000-3 kick

# Features
tree host
exits 2 "unknown feature" enable kcik
has "unknown feature: the known ones" "features: kick yield unhalt stats page cr3-cache"
exits 2 "the guest's main switch is no feature" enable enable
rm "$root/$host/features/page"
exits 4 "a feature the module has not" enable kick page
has "it says which it has" "features it has: "
file_is $host/features/kick 1
printf '0\n' >"$root/$host/features/teleport"
exits 0 "a feature only the module knows" enable teleport
file_is $host/features/teleport 1
grep -qx "teleport = on" "$root/$conf"
ok $? "is saved, too"

# What cannot work on this machine
make -s build/unit/ctl-refuse.so >&2 || exit 1
refused() { # CODE NAME ARGUMENT...: the module takes no 1 for the cr3 cache, or for $refuse
	export LD_PRELOAD="$PWD/build/unit/ctl-refuse.so" CTL_REFUSE="${refuse-/cr3-cache}"
	exits "$@"
	unset LD_PRELOAD CTL_REFUSE
}
why="not needed: with EPT, CR3 writes do not exit (kvm_intel ept=1)"
tree host
refused 4 "impossible on this host" enable cr3-cache
has "the reason is given" "cr3-cache is not possible here: $why"
has "and where to look" "next: kvmpvctl doctor --host"
[ ! -e "$root/$conf" ]
ok $? "and nothing is saved"
refused 4 "impossible, JSON" enable cr3-cache --json
says error.code 4
says error.message "cr3-cache is not possible here: $why"
refused 4 "impossible for one VM" enable --vm 2000-3 cr3-cache
has "the reason is the host's" "cr3-cache is not possible here: $why"
printf '0\n' >"$root/$host/features/kick"
refused 4 "impossible, and another one" enable kick cr3-cache
has "the other one was switched" "switched before that: kick"
rm -r "${root:?}/$host/reasons"
refused 4 "impossible, without a reason" enable cr3-cache
has "that is said" "the module does not say why"
refused 0 "switching it off is always possible" disable cr3-cache
tree guest
printf '0\n' >"$root/$guest/features/cr3-cache"
refused 4 "impossible in this guest" enable cr3-cache
has "the guest's reason" "cr3-cache is not possible here: the host does not offer it"

# A feature of a guest alone
tree both
for verb in enable disable; do
	for args in --host "--host kick" "--vm 2000-3" "--vm 5-5" "--host --dry-run"; do
		# shellcheck disable=SC2086 # words
		exits 4 "$verb $args: of a guest alone" $verb $args pv-spinlock
		has "it says where" "next: in the guest: kvmpvctl $verb --guest pv-spinlock"
	done
	exits 0 "$verb --host" $verb --host
	hasnt "all of a host do not include it" pv-spinlock
	exits 0 "$verb --vm" $verb --vm 2000-3
	hasnt "all of a VM do not include it" pv-spinlock
done
file_is $host/features/kick 0
! grep pv-spinlock "$root/$conf" >"$out"
ok $? "nor does the file" "$out"
exits 4 "of a guest alone, JSON" enable --host pv-spinlock --json
says error.code 4
says error.message "pv-spinlock is a feature of a guest alone, and is switched there"
exits 2 "host: unknown feature" enable --host pv-spinlocks
hasnt "a host's features are without it" "cr3-cache pv-spinlock"
tree unloaded
exits 4 "of a guest alone, host not loaded" enable --host pv-spinlock
exits 3 "all of a host that is not loaded" enable --host
! grep pv-spinlock "$root/$conf" >"$out"
ok $? "they do not include it" "$out"
exits 3 "of a guest alone, guest not loaded" enable --guest pv-spinlock
grep -qx "pv-spinlock = on" "$root/$gconf"
ok $? "it is saved there"
tree host
exits 4 "of a guest alone, only a host" enable pv-spinlock
config $conf "pv-spinlock = on"
exits 1 "of a guest alone, in a host's file" apply
has "file and line" "$root/$conf:1: unknown setting \"pv-spinlock\""

tree guest
exits 0 "guest: pv-spinlock" enable pv-spinlock
file_is $guest/features/pv-spinlock 1
grep -qx "pv-spinlock = on" "$root/$gconf"
ok $? "it is saved"
exits 0 "guest: pv-spinlock, off" disable pv-spinlock
file_is $guest/features/pv-spinlock 0
grep -qx "pv-spinlock = off" "$root/$gconf"
ok $? "it is saved"
printf '0\n' >"$root/$guest/enable"
printf 'enable is 0\n' >"$root/$guest/reasons/pv-spinlock"
exits 0 "guest: pv-spinlock, kvmpv off" enable pv-spinlock
has "it says why it has no effect" "pv-spinlock: switched on, but not in use: enable is 0"
exits 0 "guest: kvmpv" disable
file_is $guest/features/pv-spinlock 1
config $gconf "pv-spinlock = off"
exits 0 "guest: apply pv-spinlock" apply
file_is $guest/features/pv-spinlock 0
printf 'this is not a paravirtual kernel\n' >"$root/$guest/reasons/pv-spinlock"
refuse=/pv-spinlock
refused 4 "guest: pv-spinlock is not possible" enable pv-spinlock
has "the reason is given" "pv-spinlock is not possible here: this is not a paravirtual kernel"
has "and where to look" "next: journalctl -k -g kvmpv"
file_is $gconf "pv-spinlock = off"
export CTL_KILLED=1
refused 1 "guest: not permitted" enable pv-spinlock
has "what next" "next: run it as root"
printf 'disabled\n' >"$root/$guest/state"
refused 1 "guest: kill switch" enable pv-spinlock
has "what next" "next: take kvmpv.enable=0 off the kernel command line"
unset CTL_KILLED refuse
rm -r "${root:?}/$guest/features/pv-spinlock" "${root:?}/$guest/spinlock"
exits 4 "guest: a module without it" enable pv-spinlock
has "it says which it has" "features it has: "
exits 2 "guest: unknown feature" enable pv-spinlocks
has "the known ones" "features: kick yield unhalt stats page cr3-cache pv-spinlock"

tree host
config $conf "cr3-cache = on" "page = on"
refused 4 "apply what is impossible" apply
has "apply: the reason" "cr3-cache is not possible here: $why"
has "apply: the others are set" "host: page on, now"
hasnt "apply: it is not" "host: cr3-cache on"
file_is $host/features/page 1
printf '0\n' >"$root/$host/features/cr3-cache"
refused 4 "apply what is impossible, JSON" apply --json
says sides.host.changes.1.key cr3-cache
says sides.host.changes.1.refused true
says sides.host.changes.1.done false
says sides.host.changes.0.refused false

# What is taken and has no effect
tree host
exits 0 "host: without effect" enable cr3-cache
has "host: a warning" "cr3-cache: switched on, but this host cannot offer it: $why"
file_is $host/features/cr3-cache 1
exits 0 "host: without effect, already" enable cr3-cache
has "host: a warning again" "this host cannot offer it"
exits 0 "host: off" disable cr3-cache
hasnt "host: no warning" "but"
exits 0 "host: without effect, JSON" enable cr3-cache --json
says sides.host.note "cr3-cache: switched on, but this host cannot offer it: $why"
exits 0 "host: with effect" enable kick
hasnt "host: no warning" "but"
tree host-cr3
exits 0 "host: possible" enable cr3-cache
hasnt "host: possible, no warning" "but"
exits 0 "host: possible for one VM" enable --vm 11986-2 cr3-cache
file_is $host/vm/11986-2/features/cr3-cache 1
hasnt "one VM: no warning" "but"
tree guest
exits 0 "guest: without effect" enable page cr3-cache
has "guest: one warning" "page, cr3-cache: switched on, but not in use: the host does not offer it"
tree guest-cr3
exits 0 "guest: in use" enable cr3-cache
hasnt "guest: no warning" "but"

# Guest
tree guest
printf '0\n' >"$root/$guest/enable"
printf 'off\n' >"$root/$guest/state"
exits 0 "guest: enable" enable
file_is $guest/enable 1
grep -qx "enable = on" "$root/$gconf"
ok $? "it is saved"
has "the state is shown" "guest: off"
exits 0 "guest: disable a feature" disable yield
file_is $guest/features/yield 0
file_is $guest/enable 1
exits 0 "guest: disable" disable
file_is $guest/enable 0
exits 2 "--vm in a guest" disable --vm 1-1 --guest

# Which side
tree both
exits 2 "both sides: which?" disable kick
has "it says how" "say --host or --guest"
exits 0 "both sides: the guest" disable --guest kick
file_is $guest/features/kick 0
file_is $host/features/kick 1
exits 2 "both at once" disable --host --guest kick
tree bare
exits 4 "no side is possible" enable
exits 3 "but a file can be prepared" enable --host kick
grep -qx "kick = on" "$root/$conf"
ok $? "it is"
tree unloaded
exits 2 "two sides possible" enable
exits 3 "not loaded" enable --guest
has "it says what next" "modprobe kvmpv_guest"
grep -qx "enable = on" "$root/$gconf"
ok $? "it is saved"
exits 3 "not loaded, JSON" enable --guest --json
says sides.guest.loaded false
rm -r "$root/etc/kvmpv"
exits 3 "not loaded, --runtime" enable --guest --runtime
[ ! -e "$root/etc/kvmpv" ]
ok $? "saves nothing"
exits 3 "not loaded, --vm" enable --vm 1-1

# Damage
tree host
config $conf "kick = on" "yeld = on"
exits 1 "a bad line" disable kick
has "file and line" "$root/$conf:2: unknown setting \"yeld\""
file_is $host/features/kick 1
file_is $conf "kick = on
yeld = on"
exits 1 "a bad line, apply" apply
has "file and line, apply" "$root/$conf:2:"
exits 1 "a bad line, JSON" apply --json
says error.code 1
says error.next "mend that line, kvmpvctl check-config shows all; nothing was changed"
for bad in directory pipe loop binary huge; do
	rm -rf "${root:?}/$conf"
	case $bad in
	directory) mkdir "$root/$conf" ;;
	pipe) mkfifo "$root/$conf" ;;
	loop) ln -s 90-kvmpvctl.conf "$root/$conf" ;;
	binary) head -c 5000 /dev/zero >"$root/$conf" ;;
	huge) truncate -s 1G "$root/$conf" ;;
	esac
	timeout 10 "$ctl" --root "$root" disable kick >"$out" 2>"$err"
	code=$?
	ok $((code != 1)) "config is a $bad: exit code 1" "$out" "$err"
	printf '1\n' >"$root/$host/features/kick"
done
tree host
rm "$root/$host/features/kick"
mkdir "$root/$host/features/kick"
exits 1 "a switch that cannot be written" disable yield kick
has "it says which" "cannot switch kick off: $root/$host/features/kick: Is a directory"
[ ! -e "$root/$conf" ]
ok $? "then nothing is saved"
rmdir "$root/$host/features/kick"
touch "$root/etc/kvmpv" 2>/dev/null || { rmdir "$root/etc/kvmpv"; touch "$root/etc/kvmpv"; }
rm -rf "$root/etc/kvmpv"
touch "$root/etc/kvmpv"
printf '1\n' >"$root/$host/features/yield"
exits 1 "a configuration that cannot be written" disable yield
file_is $host/features/yield 1

# Apply
tree host
exits 0 "apply without a file" apply
has "says so" "nothing to do"
config $conf "kick = off" "page = on"
exits 0 "apply, dry run" apply --dry-run
file_is $host/features/kick 1
exits 0 "apply" apply
file_is $host/features/kick 0
file_is $host/features/page 1
file_is $host/features/yield 1
exits 0 "apply again" apply
has "already" "host: kick off, now already"
exits 4 "apply, the side that is not possible" apply --guest
rm "$root/$host/features/page" "$root/$host/features/kick"
exits 4 "apply a feature the module has not" apply
has "it says which" "has no feature page: load a newer module"
hasnt "off needs no feature" "no feature kick"
tree both
config $conf "kick = off"
config $gconf "kick = off" "enable = off" "yield = on"
exits 0 "apply both" apply --json
says sides.host.changes.0.key kick
says sides.guest.changes.0.key enable
says sides.guest.changes.1.key kick
file_is $guest/enable 0
config $gconf "enable = on" "kick = on"
exits 0 "apply the guest" apply --guest --json
says sides.guest.changes.0.key kick
says sides.guest.changes.1.key enable
tree unloaded
exits 3 "apply, not loaded" apply
exits 3 "apply, not loaded, host" apply --host
has "what next: the package" "install kvmpv-host-dkms: this kernel has no module kvmpv_host"
mkdir -p "$root/usr/src/kvmpv-host-$(cat VERSION)"
exits 3 "apply, not built, host" apply --host
has "what next: the headers" \
	"kvmpv_host: install its headers, then run dkms install kvmpv-host/$(cat VERSION)"
tree bare
exits 4 "apply where nothing is possible" apply
done_testing
