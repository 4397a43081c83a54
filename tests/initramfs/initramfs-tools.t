#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest module in images of initramfs-tools.
exec "$(dirname "$0")/run" initramfs-tools
