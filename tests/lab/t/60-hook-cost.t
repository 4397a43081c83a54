#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A hook adds at most 100 instructions to an exit, an exit without a hook costs nothing more, and
# nothing is left after unloading: tests/bench/hooks.sh fails otherwise.
cd "$(dirname "$0")/../../.." || exit 1
echo 1..1
if tests/bench/hooks.sh amd:6.1 > build/hook-cost.log 2>&1; then
	echo "ok 1 - cost of the hooks"
else
	echo "not ok 1 - cost of the hooks"
fi
sed 's/^/# /' build/hook-cost.log
