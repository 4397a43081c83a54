#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Without root: status and stats work, what needs root says so and changes nothing.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"

if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null; then
	echo "1..0 # SKIP needs root and setpriv to run as somebody else"
	exit
fi
host=sys/kernel/kvmpv/host
cp "$ctl" "$tmp/kvmpvctl"
cat >"$tmp/nobody" <<END
#!/bin/sh
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$tmp/kvmpvctl" "\$@"
END
chmod 755 "$tmp" "$tmp/kvmpvctl" "$tmp/nobody"
ctl=$tmp/nobody

tree both
find "$root/sys" -name reset -exec chmod 200 {} +
chmod 400 "$root/sys/kernel/kvmpv/guest/spinlock/sites"
mkdir "$root/etc/kvmpv"
exits 0 "status" status
golden status-both
exits 0 "stats" stats
exits 0 "spinlock" stats spinlock
exits 0 "version" version
exits 0 "doctor" doctor
golden doctor-both
exits 0 "help" help

for args in "disable --host" "disable --host --runtime" "disable --host kick" "stats --reset" \
	"stats spinlock --reset" "disable --guest pv-spinlock" \
	"disable --guest" "disable --vm 2000-3 kick"; do
	# shellcheck disable=SC2086 # words
	exits 1 "$args" $args
	has "$args: why" "Permission denied"
	has "$args: what next" "next: run it as root"
done
exits 1 "who waited for spinlocks" stats spinlock --top
has "needs root" "needs root: $root/sys/kernel/kvmpv/guest/spinlock/sites"
has "the rest is shown" "locks taken"
file_is $host/features/kick 1
[ -z "$(ls "$root/etc/kvmpv")" ]
ok $? "nothing is left in the configuration's directory"
exits 0 "--dry-run needs no root" disable --host --dry-run
exits 0 "nor does what is set already" enable --vm 2000-3 kick

chmod 600 "$root/$host/hooks" "$root/$host/vm/2000-3/used"
chmod 700 "$root/proc/2000"
exits 0 "files that need root" status
has "are named" "not seen: needs root: $root/$host/hooks"
has "are named" "not seen: needs root: $root/$host/vm/2000-3/used"
has "are named" "not seen: needs root: $root/proc/2000/comm"
exits 0 "files that need root, JSON" status --json
says host.hooks null
says problems.0.problem "needs root"
chmod 600 "$root/$host/state"
exits 1 "a state that needs root" status
has "is unknown" "host: unknown"
chmod 700 "$root/$host"
exits 1 "a side that needs root" status --host
printf 'kick = on\n' >"$root/etc/kvmpv/guest.conf"
chmod 600 "$root/etc/kvmpv/guest.conf"
exits 1 "a configuration that needs root" apply --guest
has "what next" "next: run it as root"
exits 1 "the same, check-config" check-config
has "says so" "$root/etc/kvmpv/guest.conf: needs root"
chmod 644 "$root/etc/kvmpv/guest.conf"
exits 0 "check-config needs no root" check-config
: >"$root/boot/initrd.img-$(uname -r)"
chmod 600 "$root/boot/initrd.img-$(uname -r)"
exits 0 "an initramfs that needs root" version
has "is unknown" "unknown (needs root)"

tree guest
"$unit/ctl-tree-kvm" "$root"
printf '6,1,0,-;kvm-guest: PV spinlocks enabled\n' >"$root/dev/kmsg"
chmod 400 "$root/sys/kernel/kvmpv/guest/msrs" "$root/dev/kmsg"
exits 0 "features" features
has "MSRs need root" "not seen: needs root: $root/sys/kernel/kvmpv/guest/msrs"
exits 0 "features, JSON" features --json
says guest.features.4.name async-pf
says guest.features.4.used.is yes
says guest.features.4.used.evidence "static key kvm_async_pf_enabled is on"
says guest.features.13.name async-pf-int
says guest.features.13.used.is unknown
says guest.features.13.used.evidence "needs root, and kvmpv_guest or the msr module"
exits 1 "a switch of the kernel" enable --runtime no-io-delay
has "why" "Permission denied"
has "what next" "next: run it as root"
done_testing
