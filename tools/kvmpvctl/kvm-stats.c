// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM's binary statistics: Documentation/virt/kvm/api.rst, KVM_GET_STATS_FD. A header says where
 * the descriptors and the values are, a descriptor has flags and a name.
 *
 * Nothing is believed: a file that contradicts itself gives nothing at all.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <string.h>

#include "kvm-stats.h"

/* In the order they are shown. Counted by number of times; times and histograms are not here. */
const char *const kvm_stats_names[KVM_STATS_COUNT] = {
	"exits",
	"io_exits",
	"mmio_exits",
	"halt_exits",
	"irq_exits",
	"irq_window_exits",
	"nmi_window_exits",
	"request_irq_exits",
	"signal_exits",
	"notify_window_exits",
	"hypercalls",
	"insn_emulation",
	"pf_taken",
	"tlb_flush",
	"host_state_reload",
	"fpu_reload",
	"halt_attempted_poll",
	"halt_successful_poll",
	"halt_wakeup",
	"preemption_reported",
	"directed_yield_attempted",
	"directed_yield_successful",
};

const char *const kvm_stats_sources[] = {
	[KVM_STATS_NONE] = "none",
	[KVM_STATS_BINARY] = "binary",
	[KVM_STATS_DEBUGFS] = "debugfs",
};

/* Far beyond what KVM has: a hundred or so */
#define DESC_MAX 4096
#define NAME_MAX_SIZE 256

static int name_find(const char *name)
{
	for (int i = 0; i < KVM_STATS_COUNT; i++)
		if (!strcmp(kvm_stats_names[i], name))
			return i;
	return -1;
}

/* A number of times: nothing else with one of our names is ours. */
static bool counts(const struct kvm_stats_desc *desc)
{
	uint32_t type = desc->flags & KVM_STATS_TYPE_MASK;

	return (type == KVM_STATS_TYPE_CUMULATIVE || type == KVM_STATS_TYPE_INSTANT) &&
	       (desc->flags & KVM_STATS_UNIT_MASK) == KVM_STATS_UNIT_NONE && !desc->exponent &&
	       desc->size == 1;
}

/* Are @size bytes at @offset in a file of @file bytes? */
static bool inside(size_t file, uint64_t offset, uint64_t size)
{
	return offset <= file && size <= file - offset;
}

static int desc_add(const char *data, size_t size, const struct kvm_stats_header *header,
		    const char *at, struct kvm_stats *stats)
{
	struct kvm_stats_desc desc;
	const char *name = at + sizeof(desc);
	uint64_t offset, value;
	int i;

	memcpy(&desc, at, sizeof(desc));
	if (!memchr(name, '\0', header->name_size))
		return -EBADMSG;
	offset = (uint64_t)header->data_offset + desc.offset;
	if (!inside(size, offset, (uint64_t)desc.size * sizeof(value)))
		return -EBADMSG;
	i = name_find(name);
	if (i < 0 || !counts(&desc))
		return 0;
	memcpy(&value, data + offset, sizeof(value));
	stats->have |= 1U << i;
	stats->value[i] += value;
	return 0;
}

/**
 * kvm_stats_parse() - add the counters in a file of binary statistics
 * @data: its content
 * @size: its size
 * @stats: what they are added to: a file is that of a VM or of one vCPU
 *
 * Return: 0, or -EBADMSG and @stats is untouched.
 */
int kvm_stats_parse(const void *data, size_t size, struct kvm_stats *stats)
{
	struct kvm_stats_header header;
	struct kvm_stats sum = *stats;
	size_t step;

	if (!inside(size, 0, sizeof(header)))
		return -EBADMSG;
	memcpy(&header, data, sizeof(header));
	if (!header.name_size || header.name_size > NAME_MAX_SIZE || header.num_desc > DESC_MAX)
		return -EBADMSG;
	step = sizeof(struct kvm_stats_desc) + header.name_size;
	if (!inside(size, header.desc_offset, (uint64_t)header.num_desc * step) ||
	    !inside(size, header.data_offset, 0))
		return -EBADMSG;
	for (uint32_t i = 0; i < header.num_desc; i++) {
		int err = desc_add(data, size, &header,
				   (const char *)data + header.desc_offset + i * step, &sum);

		if (err)
			return err;
	}
	*stats = sum;
	return 0;
}
