// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this machine is: a host, a guest, both, or neither.
 *
 * A host is where KVM is or could be: /dev/kvm is there, kvm_intel or kvm_amd is loaded, or the CPU
 * has vmx or svm. A guest is where CPUID has KVM's or kvmpv's signature. Both: nested. Nothing of
 * this needs root. With --root, the CPU of the running machine tells nothing about that root, so
 * ROOT/cpuid is read instead: the signatures, one a line, at bases 0x40000000, 0x40000100, ...
 */
#include <cpuid.h>
#include <string.h>

#include <kvmpv/abi.h>

#include "platform.h"
#include "sysfs.h"

#define KVM_SIGNATURE "KVMKVMKVM"
#define CPUID_1_ECX_HYPERVISOR (1U << 31)

/* The first CPU's flags are in the first few KiB; the rest repeats them, slowly. */
#define CPUINFO_SIZE 8192

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; (text = strstr(text, word)); text += len)
		if ((text[-1] == ' ' || text[-1] == '\t') && strchr(" \n", text[len]))
			return true;
	return false;
}

static void cpu_read(const struct ctl *ctl, struct platform *platform)
{
	char text[CPUINFO_SIZE + 1], *flags, *vmx;
	struct dir dir;

	if (dir_open_root(ctl, "proc", &dir))
		return;
	file_head(dir.fd, "cpuinfo", text, sizeof(text));
	dir_close(&dir);
	flags = strstr(text, "\nflags\t");
	if (!flags)
		return;
	vmx = strstr(text, "\nvmx flags\t");
	if (vmx) {
		vmx++;
		vmx[strcspn(vmx, "\n")] = '\0';
	}
	flags++;
	flags[strcspn(flags, "\n")] = '\0';
	platform->cpu_seen = true;
	if (has_word(flags, "vmx"))
		platform->cpu_flag = "vmx";
	else if (has_word(flags, "svm"))
		platform->cpu_flag = "svm";
	platform->ept = has_word(flags, "ept");
	platform->ple = has_word(flags, "pausefilter") || (vmx && has_word(vmx, "ple"));
	platform->pcid = has_word(flags, "pcid");
	platform->pti = has_word(flags, "pti");
	platform->in_vm = has_word(flags, "hypervisor");
}

static void signature_add(struct platform *platform, uint32_t base, const char signature[12])
{
	char text[13];

	memcpy(text, signature, 12);
	text[12] = '\0';
	for (char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	if (!strcmp(text, KVMPV_SIGNATURE))
		platform->kvmpv_base = base;
	else if (!strcmp(text, KVM_SIGNATURE) || !strcmp(platform->hypervisor, "none"))
		strcpy(platform->hypervisor, text);
	if (!strcmp(text, KVM_SIGNATURE) && !platform->kvm_base)
		platform->kvm_base = base;
}

/* Blocks follow each other without a gap, so the first base that is none ends the search. */
static void signatures_from_cpu(struct platform *platform)
{
	uint32_t eax, sig[3];

	__cpuid(1, eax, sig[0], sig[1], sig[2]);
	platform->in_vm = sig[1] & CPUID_1_ECX_HYPERVISOR;
	if (!platform->in_vm)
		return;
	for (uint32_t base = KVMPV_CPUID_FIRST; base < KVMPV_CPUID_END; base += KVMPV_CPUID_STEP) {
		__cpuid(base, eax, sig[0], sig[1], sig[2]);
		/* Before 2012, KVM gave 0 for its highest leaf. */
		if (!sig[0] || (eax && (eax < base || eax >= base + KVMPV_CPUID_STEP)))
			break;
		signature_add(platform, base, (const char *)sig);
	}
}

static void signatures_from_root(const struct ctl *ctl, struct platform *platform)
{
	uint32_t base = KVMPV_CPUID_FIRST;
	const char *text;
	struct dir dir;

	if (dir_open_root(ctl, "", &dir))
		return;
	if (!file_read(dir.fd, "cpuid", &text)) {
		while (*text) {
			size_t len = strcspn(text, "\n");
			char signature[12] = "";

			memcpy(signature, text, len < 12 ? len : 12);
			signature_add(platform, base, signature);
			base += KVMPV_CPUID_STEP;
			text += len + (text[len] == '\n');
		}
	}
	dir_close(&dir);
}

static void text_read(const struct ctl *ctl, const char *where, const char *name, char *ret,
		      size_t size)
{
	const char *text;
	struct dir dir;

	*ret = '\0';
	if (dir_open_root(ctl, where, &dir))
		return;
	if (!file_read(dir.fd, name, &text))
		parse_line(text, ret, size);
	dir_close(&dir);
}

/**
 * platform_read() - find out what this machine is
 * @ctl: the run
 * @ret_platform: what it is
 */
void platform_read(const struct ctl *ctl, struct platform *ret_platform)
{
	struct platform *p = ret_platform;
	char line[4096];

	memset(p, 0, sizeof(*p));
	p->cpu_flag = "";
	p->kvm_module = "";
	strcpy(p->hypervisor, "none");
	cpu_read(ctl, p);
	if (*ctl->root)
		signatures_from_root(ctl, p);
	else
		signatures_from_cpu(p);
	p->dev_kvm = path_exists(ctl, "dev/kvm");
	if (path_exists(ctl, "sys/module/kvm_intel"))
		p->kvm_module = "kvm_intel";
	else if (path_exists(ctl, "sys/module/kvm_amd"))
		p->kvm_module = "kvm_amd";
	text_read(ctl, "sys/class/dmi/id", "sys_vendor", p->dmi_vendor, sizeof(p->dmi_vendor));
	if (!strcmp(p->hypervisor, "none") && path_exists(ctl, "sys/hypervisor/type"))
		text_read(ctl, "sys/hypervisor", "type", p->hypervisor, sizeof(p->hypervisor));
	text_read(ctl, "proc", "cmdline", line + 1, sizeof(line) - 1);
	line[0] = ' ';
	p->killed = has_word(line + 1, "kvmpv.enable=0");
	if (p->dev_kvm || *p->kvm_module || *p->cpu_flag)
		p->possible |= SIDE_MASK(SIDE_HOST);
	if (p->kvmpv_base || !strcmp(p->hypervisor, KVM_SIGNATURE))
		p->possible |= SIDE_MASK(SIDE_GUEST);
}

/**
 * platform_role() - what a machine is, in words
 * @platform: the machine
 *
 * Return: the words.
 */
const char *platform_role(const struct platform *platform)
{
	switch (platform->possible) {
	case SIDE_MASK(SIDE_HOST):
		return "a KVM host";
	case SIDE_MASK(SIDE_GUEST):
		return "a KVM guest";
	case SIDE_MASK(SIDE_HOST) | SIDE_MASK(SIDE_GUEST):
		return "a KVM guest and KVM host (nested)";
	default:
		return platform->in_vm ? "a guest of another hypervisor, without KVM"
				       : "a machine without KVM";
	}
}
