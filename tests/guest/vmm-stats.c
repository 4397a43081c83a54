// SPDX-License-Identifier: GPL-2.0-only
/* KVM's own statistics of a vCPU: Documentation/virt/kvm/api.rst, KVM_GET_STATS_FD */
#include <stdio.h>
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

/**
 * stats_open() - have KVM's statistics open as long as the machine runs, as VMMs do
 * @m: the machine
 * @ret_files: that of the VM, then those of the vCPUs
 */
void stats_open(const struct machine *m, int ret_files[STATS_FILES])
{
	unsigned int i;

	for (i = 0; i <= m->options.vcpus; i++) {
		ret_files[i] = ioctl(i ? m->vcpus[i - 1].fd : m->vm, KVM_GET_STATS_FD, NULL);
		if (ret_files[i] < 0)
			die("KVM_GET_STATS_FD");
	}
}

/**
 * stats_save() - write KVM's statistics to files, and close them
 * @m: the machine
 * @files: what stats_open() gave
 * @path: of the files, without -vm, -0, -1, ...
 */
void stats_save(const struct machine *m, const int files[STATS_FILES], const char *path)
{
	char name[256], data[65536];
	unsigned int i;
	ssize_t size;
	FILE *out;

	for (i = 0; i <= m->options.vcpus; i++) {
		if (i)
			snprintf(name, sizeof(name), "%s-%u", path, i - 1);
		else
			snprintf(name, sizeof(name), "%s-vm", path);
		size = read(files[i], data, sizeof(data));
		out = fopen(name, "wb");
		if (size <= 0 || !out || fwrite(data, size, 1, out) != 1 || fclose(out))
			die("statistics to %s", name);
		close(files[i]);
	}
}
