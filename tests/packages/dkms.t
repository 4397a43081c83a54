#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The packages in a Debian 12 in which none of its kernels runs, with that Debian's dkms: install, a
# new kernel, kernels without a module, upgrade, removal, purge. See dkms-inside.
set -u
cd "$(dirname "$0")/../.." || exit 1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/old" "$work/new"
version=$(cat VERSION)
next=$version.1
{
	make -s deb
	cp build/deb/kvmpv-{host-dkms,guest-dkms,tools}_* "$work/old"
	SOURCE_DATE_EPOCH=$(packaging/epoch) packaging/export "$work/tree"
	echo "$next" > "$work/tree/VERSION"
	make -s -C "$work/tree" deb B="$work/build"
	cp "$work"/build/deb/kvmpv-{host-dkms,guest-dkms,tools}_* "$work/new"
	rm -rf "$work/tree" "$work/build"
} > "$work/log" 2>&1 || {
	sed 's/^/# /' "$work/log"
	echo "Bail out! the packages cannot be built"
	exit 1
}
cp tests/packages/{lib.sh,dkms-lib.sh,dkms-inside} "$work"
cp packaging/deb/tests/kvmpvctl "$work/own-test"
tests/packages/run bookworm "$work" /bin/bash /mnt/dkms-inside "$version" "$next"
