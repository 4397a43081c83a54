#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs ctl-trace.c, which prints TAP.
set -eu
cd "$(dirname "$0")/../.."
make -s build/unit/ctl-trace >&2
CMOCKA_MESSAGE_OUTPUT=TAP exec build/unit/ctl-trace
