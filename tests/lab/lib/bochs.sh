# SPDX-License-Identifier: GPL-2.0-only
# Labs "intel" and "ibt": Bochs with VMX.
# shellcheck shell=bash
bochs_check() { die "later"; }
