#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs ctl-kvm-stats.c, which prints TAP.
set -eu
cd "$(dirname "$0")/../.."
make -s build/unit/ctl-kvm-stats >&2
CMOCKA_MESSAGE_OUTPUT=TAP exec build/unit/ctl-kvm-stats
