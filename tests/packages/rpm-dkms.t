#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The rpm packages, installed, upgraded and removed by dnf from a local repository, in a Debian 12 with
# its dkms; what the packages require is there, see rpm-repository.
set -u
cd "$(dirname "$0")/../.." || exit 1

# shellcheck source=tests/packages/lib.sh
. tests/packages/lib.sh

two_versions rpm
cp tests/packages/{lib.sh,dkms-lib.sh,rpm-repository} "$work"
cat > "$work/inside" <<'INSIDE'
set -u
version=$1
next=$2
. /mnt/lib.sh
. /mnt/dkms-lib.sh
cd / || exit 1
dnf()
{
	command dnf -y "$@" > /tmp/log 2>&1
	local status=$?

	cat /tmp/log
	return $status
}
# in_images VERSION KERNEL...: of the guest module in the image of each, or "none", and kvmpvctl agrees
in_images()
{
	local want=$1 kernel found

	shift
	for kernel; do
		[ -e "/boot/initrd.img-$kernel" ] || return 1
		found=$(lsinitrd "/boot/initrd.img-$kernel" | grep -c 'kvmpv_guest[.]ko')
		echo "$kernel: $found"
		[ "$found" = "$([ "$want" = none ] && echo 0 || echo 1)" ] || return 1
	done
	[ "$want" = none ] || kvmpvctl initramfs
}
scriptlets()
{
	# This root has no systemd-sysv, whose programs dracut misses.
	check "scriptlets succeed" nothing awk 'tolower($0) ~ /scriptlet failed|error:/ &&
		!/^dracut-install: ERROR: installing .(poweroff|reboot|halt)/' /tmp/log
}
# Other packages' directories, where these are at home; and rpm's database.
mkdir -p /usr/lib/dracut/modules.d /usr/share/licenses /usr/share/man/man5 /usr/share/man/man8
check "a local repository" bash /mnt/rpm-repository /mnt/old
check "dracut makes the images" apt install dracut
files > /tmp/before
mkdir -p /lib/modules/9.0-headless/kernel
check "install, with what is recommended" dnf install kvmpv-host-dkms kvmpv-guest-dkms
check "all three packages are there" rpm -q kvmpv-{host-dkms,guest-dkms,tools}-"$version"
check "both modules are there for $first, which does not run" both "$version" "$first"
check "a kernel without headers is named" \
	said '^kvmpv-host: no module for 9.0-headless: its headers are not installed'
scriptlets
check "a new kernel with its headers" apt install "linux-headers-$second"
check "both modules are there for $second" both "$version" "$second"
check "the guest module is to be in the images" kvmpvctl initramfs enable
check "it is" in_images "$version" "$first" "$second"
check "another repository" bash /mnt/rpm-repository /mnt/new
check "upgrade" dnf upgrade
check "both modules are new for $first" both "$next" "$first"
check "both modules are new for $second" both "$next" "$second"
check "the images have the new guest module" in_images "$next" "$first" "$second"
scriptlets
check "nothing is left of version $version" nothing find /usr/src /var/lib/dkms \
	-path "/usr/src/*-$version" -o -path "/var/lib/dkms/*/$version"
check "the same version again" dnf reinstall kvmpv-host-dkms kvmpv-guest-dkms kvmpv-tools
check "both modules are still there for $first" both "$next" "$first"
echo "kick = off" > /etc/kvmpv/host.conf.d/90-kvmpvctl.conf
check "nothing was changed behind rpm's back" nothing rpm -V kvmpv-{host-dkms,guest-dkms,tools}
check "remove" dnf remove kvmpv-host-dkms kvmpv-guest-dkms kvmpv-tools debian
scriptlets
check "no module is left to dkms" nothing status
check "no image has the module" in_images none "$first" "$second"
rm -r /lib/modules/9.0-headless "/boot/initrd.img-$first"
apt purge --autoremove "linux-headers-$second" "linux-image-$second" > /dev/null
check "nothing is left" nothing left /tmp/before
plan
INSIDE
tests/packages/run bookworm "$work" /bin/bash /mnt/inside "$version" "$next"
