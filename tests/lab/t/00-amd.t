#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
exec "$(dirname "$0")/../tap" amd --kernel "${KVER:-6.1}" --script "$(dirname "$0")/00-amd.sh"
