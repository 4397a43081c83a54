#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# dracut sources this before it starts udev.
/sbin/kvmpv-load
