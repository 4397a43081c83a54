// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own switches: files of one number.
 *
 * no-io-delay: arch/x86/kernel/io_delay.c; 0 writes to port 0x80, 1 to 0xed, 2 waits in a loop, 3
 * not at all. Off is the kernel's default. halt-poll: virt/kvm/kvm_main.c; on is KVM's default on
 * x86.
 */
#include <string.h>

#include "switch.h"

const struct kernel_switch kernel_switches[] = {
	{KERNEL_IO_DELAY, SIDE_GUEST, "proc/sys/kernel", "io_delay_type", 3, 0,
	 "drivers of old devices wait without port writes"},
	{KERNEL_HALT_POLL, SIDE_HOST, "sys/module/kvm/parameters", "halt_poll_ns", 200000, 0,
	 "the host polls before it lets a halted vCPU sleep"},
};

const size_t kernel_switches_n = ARRAY_SIZE(kernel_switches);

/**
 * kernel_switch_find() - look a switch up
 * @side: which side
 * @key: its name
 *
 * Return: the switch, NULL when there is none of that name.
 */
const struct kernel_switch *kernel_switch_find(enum side side, const char *key)
{
	for (size_t i = 0; i < kernel_switches_n; i++)
		if (kernel_switches[i].side == side && !strcmp(kernel_switches[i].key, key))
			return &kernel_switches[i];
	return NULL;
}

/**
 * kernel_switches_add() - add the switches of a side to its keys
 * @side: which side
 * @keys: its keys; what there is no room for is left out
 */
void kernel_switches_add(enum side side, struct names *keys)
{
	for (size_t i = 0; i < kernel_switches_n; i++)
		if (kernel_switches[i].side == side)
			names_add(keys, kernel_switches[i].key, strlen(kernel_switches[i].key));
}

/**
 * kernel_switch_is_on() - what a value means
 * @kernel: the switch
 * @value: of its file
 *
 * Return: whether it is on. A loop of no-io-delay does not exit either, and any time of halt-poll
 *         is one.
 */
bool kernel_switch_is_on(const struct kernel_switch *kernel, uint64_t value)
{
	return kernel->side == SIDE_GUEST ? value >= 2 : value;
}
