# SPDX-License-Identifier: GPL-2.0-only
# The lab itself: an SMP Linux guest on shadow paging.
plan 5
ok "kvm_load" kvm_load ept=0
guest_start a
ok "the guest is ready" guest_wait_ready a
is "$(guest_run a nproc)" 2 "the guest has two CPUs"
ok "the guest stops" guest_stop a
lab_log_check
done_testing
