# SPDX-License-Identifier: GPL-2.0-only
# The lab itself: a host with VMX, with and without EPT.
plan 5
ok "kvm_load ept=1" kvm_load ept=1
is "$(cat /sys/module/kvm_intel/parameters/ept)" Y "EPT is on"
rmmod kvm_intel
ok "kvm_load ept=0" kvm_load ept=0
is "$(cat /sys/module/kvm_intel/parameters/ept)" N "EPT is off"
lab_log_check
done_testing
