# SPDX-License-Identifier: GPL-2.0-only
# What the host module must refuse, each with one clear line and KVM left as it was: a function that
# somebody else modifies, type information that is missing or different. And the order of loading.
# lab: --module build/modules/@KERNEL@/test/other_hook.ko
# amd: --single
# guest: no
HOST=/sys/kernel/kvmpv/host
T=/sys/kernel/tracing

refused() # refused REGEX NAME: the module does not load, and its only line matches
{
	local lines

	dmesg -c > /dev/null
	not_ok "$2: refused" modprobe kvmpv_host
	lines=$(dmesg | grep -E 'kvmpv_host:' | grep -v 'verification failed\|taints kernel')
	is "$(echo "$lines" | grep -c .)" 1 "$2: one line"
	like "$lines" "$1" "$2: what it says"
	[ ! -e /sys/kernel/kvmpv ]
	result $? "$2: nothing is left in sysfs"
	is "$(grep -c kvmpv $T/enabled_functions)" 0 "$2: no function is hooked"
}

ok "loads without KVM" modprobe kvmpv_host
is "$(cat $HOST/state)" waiting "state without KVM"
like "$(cat $HOST/reason)" 'KVM' "reason without KVM"
kvm_load
is "$(cat $HOST/state)" active "attaches when KVM comes"
is "$(grep -c . $HOST/hooks)" 8 "eight functions are hooked"
modprobe -r kvm_amd 2>/dev/null || rmmod kvm_intel
not_ok "KVM cannot be pulled from under its hooks" rmmod kvm
rmmod kvmpv_host
is "$(grep -c kvmpv $T/enabled_functions)" 0 "no hook is left after unloading"
ok "then it can" kvm_unload
kvm_load

ok "with a mask of features" modprobe kvmpv_host features=0
is "$(cat $HOST/state)" idle "nothing offered: idle"
is "$(grep -c . $HOST/hooks)" 3 "nothing offered: only VMs' life cycles are followed"
echo 1 > $HOST/features/kick
is "$(cat $HOST/state)" active "one feature offered: active"
is "$(grep -c . $HOST/hooks)" 8 "one feature offered: all hooks"
echo 0 > $HOST/features/kick
is "$(cat $HOST/state)" idle "and back"
ok "a value that is no boolean" sh -c "! echo maybe > $HOST/features/kick 2>/dev/null"
ok "a reset that is not 1" sh -c "! echo 0 > $HOST/reset 2>/dev/null"
ok "reset" sh -c "echo 1 > $HOST/reset"
rmmod kvmpv_host
not_ok "unknown feature bits" modprobe kvmpv_host features=0x80000000

# eight seconds of ftrace refusing to be switched off
modprobe kvmpv_host
not_ok "kernel.ftrace_enabled=0 is refused while hooked" \
	sh -c 'echo 0 > /proc/sys/kernel/ftrace_enabled'
is "$(cat $HOST/state)" active "and hooks stay"
rmmod kvmpv_host
echo 1 > /proc/sys/kernel/ftrace_enabled

if [ -e $T/kprobe_events ]; then
	echo 'p:other kvm:kvm_cpuid' > $T/kprobe_events
	refused 'kvm_cpuid: already has a kprobe' "a kprobe of somebody else"
	echo > $T/kprobe_events
fi
insmod /mod/other_hook.ko function=kvm_get_msr_common
refused 'kvm_get_msr_common: already modified' "a hook of somebody else"
rmmod other_hook

ok "with nobody in the way" modprobe kvmpv_host
not_ok "nobody else can hook our functions" insmod /mod/other_hook.ko function=kvm_cpuid
is "$(cat $HOST/state)" active "ours is not disturbed"
rmmod kvmpv_host

mount -t tmpfs none /sys/kernel/btf
refused '/sys/kernel/btf/vmlinux: cannot be read' "no type information"
umount /sys/kernel/btf

changed() # changed OLD NEW: put copies of the type information in place, with a name changed
{
	local file

	for file in vmlinux kvm; do
		sed "s/$1/$2/g" /sys/kernel/btf/$file > /tmp/$file.btf
		mount --bind /tmp/$file.btf /sys/kernel/btf/$file
	done
}
restored()
{
	umount /sys/kernel/btf/vmlinux
	umount /sys/kernel/btf/kvm
	rmmod kvmpv_host 2> /dev/null # had it not been refused
}
changed pv_unhalted pv_unhaltex
refused 'struct kvm_vcpu: .* has no member arch.pv.pv_unhalted' "a member that has gone"
restored
changed kvm_arch_dev_ioctl kvm_arch_dev_ioctx
refused 'kvm_arch_dev_ioctl: .* does not know the function' "a function BTF does not know"
restored
head -c 1000 /sys/kernel/btf/kvm > /tmp/short.btf
mount --bind /tmp/short.btf /sys/kernel/btf/kvm
refused 'BTF is not understood' "damaged type information"
umount /sys/kernel/btf/kvm

ok "and after all that it loads" modprobe kvmpv_host
is "$(cat $HOST/state)" active "and works"
rmmod kvmpv_host

echo "console=ttyS0 kvmpv.enable=0 quiet" > /tmp/cmdline
mount --bind /tmp/cmdline /proc/cmdline
ok "the kill switch: loads" modprobe kvmpv_host
is "$(cat $HOST/state)" disabled "the kill switch: disabled"
is "$(cat $HOST/hooks)" "" "the kill switch: no hook"
echo 1 > $HOST/features/kick
is "$(cat $HOST/hooks)" "" "the kill switch: none by policy either"
rmmod kvmpv_host
umount /proc/cmdline
lab_log_check
done_testing
