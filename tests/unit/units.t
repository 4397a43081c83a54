#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Units as installed: systemd has nothing to say about them, they are confined, what they run is
# understood by kvmpvctl, and the preset names them all.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"

dest=$tmp/dest
units=$dest/usr/lib/systemd/system
make -s install-tools install-units DESTDIR="$dest" PREFIX=/usr >&2 || exit 1

mode_is() { # MODE FILE
	[ "$(stat -c %a "$dest/$2")" = "$1" ]
	ok $? "installed, mode $1: $2"
}
for file in kvmpv-host kvmpv-guest kvmpv-feature@; do
	mode_is 644 usr/lib/systemd/system/$file.service
	[ -s "$dest/usr/share/man/man8/$file.service.8" ]
	ok $? "its man page is there"
done
[ "$(find "$units" -type f | wc -l)" -eq "$(find systemd -name '*.service' | wc -l)" ]
ok $? "all units are installed"
mode_is 644 usr/lib/systemd/system-preset/90-kvmpv.preset
for side in host guest; do
	mode_is 644 etc/kvmpv/$side.conf
	mode_is 755 etc/kvmpv/$side.conf.d
	echo "# mine" >"$dest/etc/kvmpv/$side.conf"
done
make -s install-units DESTDIR="$dest" PREFIX=/usr >&2
[ "$(cat "$dest"/etc/kvmpv/*.conf)" = "# mine
# mine" ]
ok $? "a configuration that is there stays"
make -s install-units DESTDIR="$tmp/local" PREFIX=/usr/local >&2
! grep -l 'Exec.*/usr/sbin/kvmpvctl' "$tmp"/local/usr/local/lib/systemd/system/* >"$out"
ok $? "the units name kvmpvctl where PREFIX puts it" "$out"

# The same units, with paths that exist on this machine
checked=$tmp/checked
mkdir "$checked"
for file in "$units"/*; do
	name=$(basename "$file")
	sed "s|/usr/sbin/kvmpvctl|$dest&|" "$file" >"$checked/$name"
done
cp "$checked/kvmpv-feature@.service" "$checked/kvmpv-feature@kick.service"
tree both

for file in "$units"/*; do
	base=$(basename "$file")
	sed -n 's/^Exec[A-Za-z]*=.*kvmpvctl //p' "$file" | sed "s/%i/kick/; s/\$KVMPV_SIDE/--host/" \
		>"$tmp/runs"
	[ -s "$tmp/runs" ]
	ok $? "$base runs kvmpvctl"
	while read -r words; do
		# shellcheck disable=SC2086 # words
		exits 0 "$base: kvmpvctl $words" $words
	done <"$tmp/runs"
	grep -q '^ConditionKernelCommandLine=!kvmpv.enable=0$' "$file"
	ok $? "$base: the kill switch is honoured"
	grep -qE "^(enable|disable) $base\$" "$dest/usr/lib/systemd/system-preset/90-kvmpv.preset"
	ok $? "$base: the preset names it"
done
grep -q '^Before=libvirtd.service virtqemud.service' "$units/kvmpv-host.service"
ok $? "the host comes before libvirt"
! grep -E '^ExecStop|rmmod|modprobe.* -r' "$units/kvmpv-host.service" "$units/kvmpv-guest.service" >"$out"
ok $? "no stop unloads or switches off" "$out"

if ! command -v systemd-analyze >/dev/null; then
	[ -z "${CI-}" ]
	ok $? "systemd-analyze is there, or this is not CI"
	skip "what systemd says" "no systemd-analyze (package systemd)"
	done_testing
	exit
fi
export MANPATH="$dest/usr/share/man"
verify() { # UNIT...: silent
	systemd-analyze verify "$@" >"$out" 2>&1 && [ ! -s "$out" ]
}
secure() { # UNIT: exposure is 4.0 at most
	systemd-analyze security --offline=true --threshold=40 "$1" >"$out" 2>&1
}
for name in kvmpv-host kvmpv-guest kvmpv-feature@kick; do
	verify "$checked/$name.service"
	ok $? "$name: systemd-analyze verify is silent" "$out"
	secure "$checked/$name.service"
	ok $? "$name: systemd-analyze security says $(sed -n 's/.*level for .*: //p' "$out" | tail -n 1)" \
		"$out"
done
verify "$checked/kvmpv-host.service" "$checked/kvmpv-guest.service" "$checked/kvmpv-feature@kick.service"
ok $? "all together: systemd-analyze verify is silent" "$out"

# These two see mistakes.
sed 's/^ProtectSystem=/ProtektSystem=/' "$checked/kvmpv-host.service" >"$tmp/kvmpv-typo.service"
! verify "$tmp/kvmpv-typo.service"
ok $? "a misspelt setting is not silent" "$out"
sed '/^\(Protect\|Restrict\|System\|Capab\|Private\|NoNew\)/d' "$checked/kvmpv-host.service" \
	>"$tmp/kvmpv-open.service"
! secure "$tmp/kvmpv-open.service"
ok $? "a unit that is not confined is above 4.0" "$out"
done_testing
