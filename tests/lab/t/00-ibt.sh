# SPDX-License-Identifier: GPL-2.0-only
# The lab itself: a host with VMX that checks indirect branches.
plan 3
like "$(dmesg)" 'CET detected: Indirect Branch Tracking enabled' "IBT is on"
ok "kvm_load" kvm_load
lab_log_check
done_testing
