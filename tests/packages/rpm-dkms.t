#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The rpm packages' scriptlets, run by rpm in a Debian 12 with its dkms: install, upgrade, removal. What
# the packages require is another system's, so rpm is told to ignore it.
set -u
cd "$(dirname "$0")/../.." || exit 1

# shellcheck source=tests/packages/lib.sh
. tests/packages/lib.sh

two_versions rpm
cp tests/packages/{lib.sh,dkms-lib.sh} "$work"
cat > "$work/inside" <<'INSIDE'
set -u
version=$1
next=$2
. /mnt/lib.sh
. /mnt/dkms-lib.sh
cd / || exit 1
rpm()
{
	command rpm --force-debian --nodeps "$@" > /tmp/log 2>&1
	local status=$?

	cat /tmp/log
	return $status
}
# Other packages' directories, where these are at home; and rpm's database.
mkdir -p /usr/lib/dracut/modules.d /usr/share/licenses /usr/share/man/man5 /usr/share/man/man8
command rpm --initdb
files > /tmp/before
mkdir -p /lib/modules/9.0-headless/kernel
check "install" rpm -i /mnt/old/*.rpm
check "both modules are there for $first, which does not run" both "$version" "$first"
check "a kernel without headers is named" \
	said '^kvmpv-host: no module for 9.0-headless: its headers are not installed'
check "scriptlets succeed" nothing grep -i 'scriptlet failed' /tmp/log
check "upgrade" rpm -U /mnt/new/*.rpm
check "both modules are new for $first" both "$next" "$first"
check "scriptlets succeed" nothing grep -i 'scriptlet failed' /tmp/log
check "nothing is left of version $version" nothing find /usr/src /var/lib/dkms \
	-path "/usr/src/*-$version" -o -path "/var/lib/dkms/*/$version"
check "the same version again" rpm -U --replacepkgs /mnt/new/*.rpm
check "both modules are still there for $first" both "$next" "$first"
echo "kick = off" > /etc/kvmpv/host.conf.d/90-kvmpvctl.conf
check "remove" rpm -e kvmpv-host-dkms kvmpv-guest-dkms kvmpv-tools
check "scriptlets succeed" nothing grep -i 'scriptlet failed' /tmp/log
check "no module is left to dkms" nothing status
rm -r /lib/modules/9.0-headless
check "nothing is left" nothing left /tmp/before
plan
INSIDE
tests/packages/run bookworm "$work" /bin/bash /mnt/inside "$version" "$next"
