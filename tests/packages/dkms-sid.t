#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The packages in a Debian sid, with its 7.x kernel and its dkms: install, skip, remove, purge.
set -u
cd "$(dirname "$0")/../.." || exit 1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
make -s deb > "$work/log" 2>&1 || {
	sed 's/^/# /' "$work/log"
	echo "Bail out! the packages cannot be built"
	exit 1
}
cp build/deb/kvmpv-{host-dkms,guest-dkms,tools}_* tests/packages/{lib.sh,dkms-lib.sh} "$work"
cat > "$work/inside" <<'INSIDE'
set -u
version=$1
. /mnt/lib.sh
. /mnt/dkms-lib.sh
cd / || exit 1
files > /tmp/before
check "install" apt install /mnt/*.deb
check "both modules are there for $first, which does not run" both "$version" "$first"
check "dpkg and dkms are happy" dpkg_happy
dkms remove "kvmpv-host/$version" -k "$first" > /tmp/log 2>&1
sed -i '/^CONFIG_KVM=/d' "/lib/modules/$first/build"/{.config,include/config/auto.conf}
dkms build "kvmpv-host/$version" -k "$first" > /tmp/log 2>&1
check "without CONFIG_KVM, dkms build exits with 77" test $? -eq 77
check "and says why" said 'kvmpv-host: skipped: its configuration lacks CONFIG_KVM$'
check "so is the package's own script" eval \
	'run-parts --arg="$first" /etc/kernel/header_postinst.d > /tmp/log 2>&1'
check "which says why, too" said \
	"^kvmpv-host: no module for ${first//+/.}, skipped: its configuration lacks CONFIG_KVM\$"
check "remove" apt remove kvmpv-host-dkms kvmpv-guest-dkms kvmpv-tools
check "no module is left to dkms" nothing status
check "purge" apt purge kvmpv-host-dkms kvmpv-guest-dkms kvmpv-tools
check "nothing is left" nothing left /tmp/before
plan
INSIDE
tests/packages/run sid "$work" /bin/bash /mnt/inside "$(cat VERSION)"
