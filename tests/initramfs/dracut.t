#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest module in images of dracut.
exec "$(dirname "$0")/run" dracut
