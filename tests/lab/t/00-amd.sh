# SPDX-License-Identifier: GPL-2.0-only
# The lab itself: an SMP host with SVM, two Linux guests at once, commands in them.
plan 14
is "$(nproc)" 2 "the host has two CPUs"
ok "kvm_load" kvm_load
like "$(cat /sys/module/kvm_amd/parameters/npt)" '[Y1]' "nested paging is on"
not_ok "a module that is not there" modprobe no_such_module
guest_start a
guest_start b
ok "guest a is ready" guest_wait_ready a
ok "guest b is ready" guest_wait_ready b
is "$(guest_run a nproc)" 2 "guest a has two CPUs"
is "$(guest_run b 'echo "two  blanks, a \ and"; echo "a line"')" "two  blanks, a \\ and
a line" "output comes unchanged"
guest_run b 'exit 3'
is $? 3 "status of a command"
is "$(guest_run a 'seq 1 5000' | md5sum)" "$(seq 1 5000 | md5sum)" "long output"
like "$(guest_run a 'dmesg | grep -i "hypervisor detected"')" KVM "the guest is on KVM"
ok "guest a stops" guest_stop a
guest_kill b
ok "kvm_unload" kvm_unload
lab_log_check
done_testing
