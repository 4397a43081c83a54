#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The packages in a Debian 12 in which none of its kernels runs, with that Debian's dkms: install, a
# new kernel, kernels without a module, upgrade, removal, purge. See dkms-inside.
set -u
cd "$(dirname "$0")/../.." || exit 1

# shellcheck source=tests/packages/lib.sh
. tests/packages/lib.sh

two_versions deb
cp tests/packages/{lib.sh,dkms-lib.sh,dkms-inside} "$work"
cp packaging/deb/tests/kvmpvctl "$work/own-test"
tests/packages/run bookworm "$work" /bin/bash /mnt/dkms-inside "$version" "$next"
