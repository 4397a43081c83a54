#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
exec "$(dirname "$0")/../tap" ibt --kernel 6.12 --script "$(dirname "$0")/00-ibt.sh"
