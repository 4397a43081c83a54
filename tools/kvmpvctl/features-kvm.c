// SPDX-License-Identifier: GPL-2.0-only
/*
 * What KVM on this host offers to VMs, by asking /dev/kvm, which needs no VM. With --root,
 * ROOT/dev/kvm is a text of such answers: "LEAF EAX EBX ECX EDX" of KVM_GET_SUPPORTED_CPUID in
 * hexadecimal, or "cap NUMBER ANSWER" of KVM_CHECK_EXTENSION in decimal, one a line.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "inventory.h"

#define KVM_LEAF_FEATURES 0x40000001
#define CPUID_1_ECX_X2APIC (1U << 21)
#define ENTRIES_MAX 1024

static void leaf_take(struct host_facts *facts, uint32_t number, const struct leaf *leaf)
{
	if (number == KVM_LEAF_FEATURES) {
		facts->offered.base = number - 1;
		facts->offered.features = leaf->eax;
		facts->offered.hints = leaf->edx;
		facts->offered.known = true;
	} else if (number == 1) {
		facts->offered.x2apic = leaf->ecx & CPUID_1_ECX_X2APIC;
	}
}

static void cap_take(struct host_facts *facts, int cap, int answer)
{
	if (cap == KVM_CAP_IRQCHIP)
		facts->irqchip = answer > 0;
	else if (cap == KVM_CAP_PIT2)
		facts->pit = answer > 0;
}

static int facts_from_root(const struct ctl *ctl, struct host_facts *facts)
{
	const char *text;
	struct dir dir;
	int err;

	err = dir_open_root(ctl, "dev", &dir);
	if (err)
		return err;
	err = file_read(dir.fd, "kvm", &text);
	dir_close(&dir);
	if (err)
		return err;
	while (*text) {
		struct leaf leaf;
		unsigned int number;
		int cap, answer;

		if (sscanf(text, "cap %d %d", &cap, &answer) == 2)
			cap_take(facts, cap, answer);
		else if (sscanf(text, "%x %x %x %x %x", &number, &leaf.eax, &leaf.ebx, &leaf.ecx,
				&leaf.edx) == 5)
			leaf_take(facts, number, &leaf);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return facts->offered.known ? 0 : -EBADMSG;
}

static int cpuid_ask(int kvm, struct host_facts *facts)
{
	struct kvm_cpuid2 *cpuid;
	int err = 0;

	cpuid = calloc(1, sizeof(*cpuid) + ENTRIES_MAX * sizeof(cpuid->entries[0]));
	if (!cpuid)
		return -ENOMEM;
	cpuid->nent = ENTRIES_MAX;
	if (ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid))
		err = -errno;
	for (unsigned int i = 0; !err && i < cpuid->nent; i++) {
		const struct kvm_cpuid_entry2 *e = &cpuid->entries[i];
		struct leaf leaf = {e->eax, e->ebx, e->ecx, e->edx};

		leaf_take(facts, e->function, &leaf);
	}
	free(cpuid);
	return err ?: facts->offered.known ? 0 : -EBADMSG;
}

static int facts_from_kvm(struct host_facts *facts)
{
	static const int caps[] = {KVM_CAP_IRQCHIP, KVM_CAP_PIT2};
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int err;

	if (kvm < 0)
		return -errno;
	err = cpuid_ask(kvm, facts);
	for (size_t i = 0; !err && i < ARRAY_SIZE(caps); i++)
		cap_take(facts, caps[i], ioctl(kvm, KVM_CHECK_EXTENSION, caps[i]));
	close(kvm);
	return err;
}

/**
 * host_facts_read() - ask this host's KVM
 * @ctl: the run
 * @ret_facts: what it answers, and what this kernel's type information says
 *
 * That /dev/kvm is missing is no problem: there may be no module.
 */
void host_facts_read(struct ctl *ctl, struct host_facts *ret_facts)
{
	int err;

	memset(ret_facts, 0, sizeof(*ret_facts));
	err = *ctl->root ? facts_from_root(ctl, ret_facts) : facts_from_kvm(ret_facts);
	ret_facts->kvm_error = -err;
	if (err && err != -ENOENT)
		problem_add(ctl, -err, "%s/dev/kvm", ctl->root);
	ret_facts->types = !types_read(ctl, ret_facts);
}
