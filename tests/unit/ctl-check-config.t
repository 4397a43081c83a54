#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl check-config: all mistakes of all files, and nothing else.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"

hconf=etc/kvmpv/host.conf
gconf=etc/kvmpv/guest.conf
known="kick yield unhalt stats page cr3-cache halt-poll"

for kind in bare unloaded both; do
	tree $kind
	exits 0 "$kind: no file" check-config
	has "$kind: it says so" "0 files read, no mistake found"
	config $hconf "kick = on" "cr3-cache = off"
	config $gconf.d/10.conf "enable = on" "pv-spinlock = on" "pv-spinlock.yield_after = 128"
	exits 0 "$kind: good files" check-config
	has "$kind: it says so" "2 files read, no mistake found"
	config $hconf "kick = on # fine" "yeld = on" "" "page = maybe" "page"
	config $hconf.d/a.conf "kick = off" "kick = on"
	config $gconf.d/20.conf "pv-spinlock.yield_after = 0"
	mkdir "$root/$gconf.d/30.conf"
	exits 1 "$kind: mistakes" check-config
	cat >"$tmp/want" <<END2
$root/$hconf:2: unknown setting "yeld", there are: $known
$root/$hconf:4: page is on or off, not "maybe"
$root/$hconf:5: expected "page = on" or "page = off"
$root/$hconf.d/a.conf:2: kick was set in line 1 already
$root/$gconf.d/20.conf:1: pv-spinlock.yield_after is a number from 1 to 1048576, not "0"
$root/$gconf.d/30.conf: Is a directory
END2
	diff "$tmp/want" "$out" >"$tmp/diff"
	ok $? "$kind: each with file and line" "$tmp/diff"
	exits 1 "$kind: the guest's only" check-config --guest
	hasnt "$kind: nothing of the host" host.conf
	exits 1 "$kind: the host's only" check-config --host
	hasnt "$kind: nothing of the guest" guest.conf
done
exits 1 "JSON" check-config --json
says mistakes 6
says files.length 5
says files.0.path "$root/$hconf"
says files.0.side host
says files.0.settings.0.key kick
says files.0.settings.0.value on
says files.0.settings.0.line 1
says files.0.mistakes.length 3
says files.0.mistakes.1.line 4
says files.0.mistakes.1.text 'page is on or off, not "maybe"'
says files.2.settings.2.value 128
says files.4.problem "Is a directory"
[ "$(cat "$root/sys/kernel/kvmpv/host/features/kick")" = 1 ]
ok $? "nothing was applied"

# What a module has and this tool does not know
tree host
config $hconf "teleport = on"
exits 1 "a feature nobody knows" check-config
printf '0\n' >"$root/sys/kernel/kvmpv/host/features/teleport"
exits 0 "a feature of the loaded module" check-config

# Files that are not read
tree host
config $hconf.d/50-fleet.conf.bak "nonsense"
config $hconf.d/README "nonsense"
config $hconf.d/.swp "nonsense"
exits 0 "files that are no drop-ins" check-config
has "are named" "$root/$hconf.d/50-fleet.conf.bak: ignored, its name does not end in .conf"
has "are named" "$root/$hconf.d/README: ignored"
hasnt "but for hidden ones" .swp
exits 0 "files that are no drop-ins, JSON" check-config --json
says ignored.length 2
says ignored.0.path "$root/$hconf.d/50-fleet.conf.bak"

# Files that are named
file=$tmp/guest.conf
printf 'enable = on\n' >"$file"
exits 0 "a file, by name a guest's" check-config "$file"
has "one was read" "1 file read, no mistake found"
exits 1 "a file, said to be a host's" check-config --host "$file"
has "its mistake" "$file:1: unknown setting \"enable\", there are: $known"
mkdir -p "$tmp/new/host.conf.d" "$tmp/xhost.conf.d"
printf 'kick = off\n' >"$tmp/new/host.conf.d/x"
cp "$tmp/new/host.conf.d/x" "$tmp/xhost.conf.d/x"
exits 0 "a file, by its directory a host's" check-config "$tmp/new/host.conf.d/x"
(cd "$tmp/new" && "$ctl" check-config host.conf.d/x) >"$out" 2>"$err"
ok $? "by a relative path" "$out" "$err"
exits 2 "a file of either side" check-config "$tmp/xhost.conf.d/x"
has "what next" "next: say --host or --guest"
exits 2 "a file of either side, and both said" check-config --host --guest "$file"
exits 0 "a file of either side, and one said" check-config --host "$tmp/xhost.conf.d/x"
exits 1 "several" check-config "$file" "$tmp/new/host.conf.d/x" "$tmp/guest.conf.d/none"
has "one of them is not there" "$tmp/guest.conf.d/none: missing"
[ "$(wc -l <"$out")" -eq 1 ]
ok $? "the others are fine" "$out"

# What is installed
make -s install-units DESTDIR="$tmp/dest" PREFIX=/usr >&2
"$ctl" --root "$tmp/dest" check-config >"$out" 2>&1
ok $? "the default files have no mistake" "$out"
has "both are read" "2 files read, no mistake found"
for side in host guest; do
	sed -n 's/^#\([a-z0-9_.-]* = .*\)/\1/p' "systemd/$side.conf" >"$tmp/dest/etc/kvmpv/$side.conf"
done
"$ctl" --root "$tmp/dest" check-config --json >"$out" 2>&1
ok $? "nor do the lines that are comments there" "$out"
says files.0.settings.length 7
says files.1.settings.length 11
"$ctl" --root "$tmp/dest" check-config >"$out" 2>&1
while read -r key; do
	grep -q "^$key = " "$tmp/dest/etc/kvmpv/guest.conf"
	ok $? "guest.conf has $key"
done <<END2
$(echo x >"$tmp/dest/etc/kvmpv/guest.conf.d/x.conf" &&
	"$ctl" --root "$tmp/dest" check-config | sed -n 's/.*there are: //p' | tr ' ' '\n')
END2
done_testing
