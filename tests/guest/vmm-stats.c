// SPDX-License-Identifier: GPL-2.0-only
/* KVM's own statistics of a vCPU: Documentation/virt/kvm/api.rst, KVM_GET_STATS_FD */
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>

#include "vmm.h"

/**
 * vcpu_exits() - how often a vCPU has left the guest
 * @vcpu: the vCPU
 *
 * Return: KVM's count.
 */
uint64_t vcpu_exits(const struct vcpu *vcpu)
{
	int fd = ioctl(vcpu->fd, KVM_GET_STATS_FD, NULL);
	struct kvm_stats_header header;
	struct kvm_stats_desc desc;
	char name[64] = "";
	uint64_t value = 0;
	unsigned int i;

	if (fd < 0 || pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
	    header.name_size >= sizeof(name))
		die("KVM_GET_STATS_FD");
	for (i = 0; i < header.num_desc && strcmp(name, "exits"); i++) {
		off_t at = header.desc_offset + (off_t)i * (sizeof(desc) + header.name_size);

		if (pread(fd, &desc, sizeof(desc), at) != sizeof(desc) ||
		    pread(fd, name, header.name_size, at + sizeof(desc)) != header.name_size)
			die("KVM's statistics");
	}
	if (pread(fd, &value, sizeof(value), header.data_offset + desc.offset) != sizeof(value))
		die("KVM's count of exits");
	close(fd);
	return value;
}
