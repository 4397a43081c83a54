# SPDX-License-Identifier: GPL-2.0-only
# A Linux guest that uses the cr3 cache goes into another kernel, by kexec and by a panic, while
# processes switch: the host forgets the registrations in time, and the other kernel can make its own.
# lab: --timeout 4800 --smp 2 --memory 1536 --file tests/lab/t/cr3-linux.sh:/lib/cr3-linux.sh
# lab: --guest-file build/lab/spaces:/bin/spaces
# lab: --guest-module build/modules/@KERNEL@/test/mm_storm.ko
# lab: --guest-file build/lab/kexec:/bin/kexec
# lab: --guest-file build/kernels/@KERNEL@/boot/vmlinuz:/vmlinuz
. /lib/cr3-linux.sh

# shellcheck disable=SC2034 # for guest_start
GUEST_MEM=640
SECONDS_EACH=2 LEAST_HITS=20

# into WORD WORDS -l|-p COMMAND: a guest; COMMAND leads it into the other kernel, that has been loaded
# with WORDS and WORD on its command line
into()
{
	guest_with_cache "crashkernel=256M"
	ok "$1: an initramfs" guest_pack /run/initrd
	# Each byte is summed twice, here and before the other kernel starts: a minute and a half.
	ok "$1: a kernel is loaded" in_guest "kexec $3 /vmlinuz /run/initrd \"\$(cat /proc/cmdline) $2 $1\""
	storm_on "$1, before" sleep $SECONDS_EACH
	spaces_start
	: > /run/guest-g.log
	ok "$1: it starts" in_guest "(sleep 1; $4) > /dev/console 2>&1 &"
	# Two vCPUs may hinder each other for long (docs/cr3-cache.md).
	guest_wait_ready g 1500
	result $? "$1: the other kernel is there" || { guest_kill g; return; }
	# What is said of a panic is expected.
	: > /run/guest-g.log
	like "$(in_guest 'cat /proc/cmdline')" " $1\$" "$1: indeed"
	is "$(cat $HOST/vm/*/abi)" 0 "$1: the host has forgotten the first one"
	ok "$1: modules for another storm" in_guest 'modprobe mm_storm'
	ok "$1: the cache is in use again" cache_on
	ok "$1: it works on each vCPU" in_guest 'echo 1 > $S/selftest'
	storm_on "$1, after" sleep $SECONDS_EACH
	guest_without
}

host_up
into kexec "" -l "exec kexec -e"
# The kernel for a panic has one CPU and knows nothing of the first one's: its module says hello.
into panic "nr_cpus=1" -p "echo c > /proc/sysrq-trigger"
host_down
done_testing
