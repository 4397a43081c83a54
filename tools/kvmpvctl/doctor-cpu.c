// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of what the processor has, and what the kernel makes of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <kvmpv/abi.h>

#include "doctor.h"
#include "parameter.h"

/* SDM volume 3, A.6: bits 24:16 are the number of CR3-target values */
#define MSR_IA32_VMX_MISC 0x485

static int cr3_targets_read(const struct ctl *ctl, unsigned int *ret_targets)
{
	char path[PATH_MAX];
	uint64_t misc;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/dev/cpu/0/msr", ctl->root);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = pread(fd, &misc, sizeof(misc), MSR_IA32_VMX_MISC);
	close(fd);
	if (len != sizeof(misc))
		return -EIO;
	*ret_targets = misc >> 16 & 0x1ff;
	return 0;
}

static bool intel(const struct platform *platform)
{
	return *platform->kvm_module ? !strcmp(platform->kvm_module, "kvm_intel")
				     : !strcmp(platform->cpu_flag, "vmx");
}

/**
 * check_cr3_targets() - has this processor what the cr3 cache needs
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_HOST
 * @ret_finding: the verdict
 *
 * Return: false on AMD, and where it cannot be seen and does not matter: with EPT, or when the
 *         host module is there and has looked.
 */
bool check_cr3_targets(struct ctl *ctl, const struct evidence *evidence, enum side side,
		       struct finding *ret_finding)
{
	bool ept = ept_read(ctl) == EPT_ON;
	unsigned int targets;

	if (!intel(&evidence->status.platform))
		return false;
	if (cr3_targets_read(ctl, &targets))
		return ept || evidence->status.host.module.loaded
			       ? false
			       : report(ret_finding, VERDICT_WARN, "as root: modprobe msr",
					"how many CR3 targets this processor has cannot be seen");
	if (targets >= KVMPV_CR3_SLOTS)
		return report(ret_finding, VERDICT_PASS, NULL,
			      "this processor has %u CR3 targets, enough for the cr3 cache",
			      targets);
	return report(ret_finding, ept ? VERDICT_PASS : VERDICT_WARN,
		      ept ? NULL : "kvmpvctl disable --host " CR3_FEATURE ", or a host with EPT",
		      "this processor has %u CR3 targets: no cr3 cache, which needs %d%s", targets,
		      KVMPV_CR3_SLOTS, ept ? "; with EPT it is not needed" : "");
}

/**
 * check_nested() - can guests of this host run KVM
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_HOST
 * @ret_finding: the verdict
 *
 * Return: false when KVM is not loaded.
 */
bool check_nested(struct ctl *ctl, const struct evidence *evidence, enum side side,
		  struct finding *ret_finding)
{
	const char *module = evidence->status.platform.kvm_module;
	char word[8];

	if (parameter_read(ctl, module, "nested", word, sizeof(word)))
		return false;
	if (!strcmp(word, "Y") || !strcmp(word, "1"))
		return report(
			ret_finding, VERDICT_PASS, NULL,
			"guests can run KVM (%s nested=%s); their own guests are not answered",
			module, word);
	return report(ret_finding, VERDICT_PASS, NULL,
		      "guests cannot run KVM themselves (%s nested=%s)", module, word);
}

/**
 * check_pti() - what does page-table isolation cost here
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_COUNT
 * @ret_finding: the verdict
 *
 * Return: false when the processor cannot be seen.
 */
bool check_pti(struct ctl *ctl, const struct evidence *evidence, enum side side,
	       struct finding *ret_finding)
{
	const struct platform *platform = &evidence->status.platform;
	bool guest = platform->possible & SIDE_MASK(SIDE_GUEST);

	if (!platform->cpu_seen)
		return false;
	if (!platform->pti)
		return report(ret_finding, VERDICT_PASS, NULL, "PTI is off; the processor has %s",
			      platform->pcid ? "PCID" : "no PCID");
	if (platform->pcid)
		return report(ret_finding, VERDICT_PASS, NULL, "PTI is on, with PCID");
	return report(ret_finding, VERDICT_WARN,
		      guest ? "let the VMM show PCID to this VM: -cpu host, or +pcid"
			    : "a processor with PCID, or one that is not open to Meltdown",
		      "PTI is on and there is no PCID: each entry to the kernel flushes the TLB");
}
