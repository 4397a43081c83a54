#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
exec "$(dirname "$0")/../tap" intel --kernel "${KVER:-6.1}" --guest --script "$(dirname "$0")/02-bochs-guest.sh"
