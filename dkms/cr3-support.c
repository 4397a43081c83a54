// SPDX-License-Identifier: GPL-2.0-only
/*
 * Can this host do the cr3 cache? What has to be looked up in KVM for it is looked up once, when
 * somebody first wants to know; as long as we are attached KVM cannot change.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/vmalloc.h>

#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/vmx.h>

#include "btf.h"
#include "cr3.h"
#include "file.h"
#include "problem.h"
#include "symbol.h"

#define DEFINE_(name, function, prototype) DEFINE_STATIC_CALL_NULL(kvmpv_##name, function);
CR3_KVM_CALLS(DEFINE_)
#undef DEFINE_

struct cr3_layout cr3_layout;
bool cr3_ready;

static DEFINE_MUTEX(support_lock);
static struct module *kvm_module; /* NULL: not attached, or built in */
static int prepared = 1; /* 1: not tried; else what came of it */
static char prepare_reason[CR3_REASON_MAX];

/* Of the tracepoints, only the argument lists matter; nobody calls these functions by name. */
#define STRING_(x) #x
#define FUNCTION_(name, function, prototype) {STRING_(function), prototype},
static const struct kvmpv_btf_function functions[] = {
	CR3_KVM_CALLS(FUNCTION_){"__traceiter_kvm_entry", "s32(void*,kvm_vcpu*,bool)"},
	{"__traceiter_kvm_exit", "s32(void*,kvm_vcpu*,u32)"},
	{"__traceiter_kvm_mmu_unsync_page", "s32(void*,kvm_mmu_page*)"},
	{"__traceiter_kvm_mmu_get_page", "s32(void*,kvm_mmu_page*,bool)"},
};
#undef FUNCTION_

static const struct kvmpv_btf_member members[] = {
	KVMPV_BTF_MEMBER(kvm, mmu_lock),
	KVMPV_BTF_MEMBER(kvm, memslots),
	KVMPV_BTF_MEMBER(kvm, srcu),
	KVMPV_BTF_MEMBER(kvm, vm_dead),
	KVMPV_BTF_MEMBER(kvm, dirty_ring_size),
	KVMPV_BTF_MEMBER(kvm_memslots, generation),
	KVMPV_BTF_MEMBER(kvm_memory_slot, base_gfn),
	KVMPV_BTF_MEMBER(kvm_memory_slot, userspace_addr),
#ifndef KVMPV_HAVE_KVM_REGS_RIP
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.rip),
#endif
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.regs_avail),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.regs_dirty),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.cr0),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.cr3),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.cr4),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.mmu),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.mmio_gva),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.reserved_gpa_bits),
	KVMPV_BTF_MEMBER(kvm_mmu, root),
	KVMPV_BTF_MEMBER(kvm_mmu, prev_roots),
	KVMPV_BTF_MEMBER(kvm_mmu, root_role),
};

static struct kvmpv_btf_member layout[] = {
	{.type = "kvm_mmu_page", .path = "unsync", .size = sizeof(bool)},
	{.type = "kvm_mmu_page", .path = "role", .size = sizeof(u32)},
	{.type = "kvm_mmu_page", .path = "unsync_children", .size = sizeof(unsigned int)},
	{.type = "kvm_mmu_page", .path = "write_flooding_count", .size = sizeof(atomic_t)},
};

/**
 * cr3_tracepoint() - a tracepoint of kvm.ko
 * @name: its name
 *
 * Context: KVM is pinned. Return: the tracepoint, NULL when there is none of that name.
 */
struct tracepoint *cr3_tracepoint(const char *name)
{
	struct tracepoint *tracepoint;
	unsigned int i;

	for (i = 0; kvm_module && i < kvm_module->num_tracepoints; i++) {
		tracepoint = tracepoint_ptr_deref(&kvm_module->tracepoints_ptrs[i]);
		if (!strcmp(tracepoint->name, name))
			return tracepoint;
	}
	return NULL;
}

static int find_functions(void)
{
	struct kvmpv_symbol symbol;
	int ret;

#define AIM_(name, function, prototype)                                                     \
	ret = kvmpv_symbol_find("kvm", STRING_(function), &symbol);                         \
	if (ret) {                                                                          \
		kvmpv_problem("%s: not found in this kernel (%d)", STRING_(function), ret); \
		return ret;                                                                 \
	}                                                                                   \
	static_call_update(kvmpv_##name, (void *)symbol.addr);
	CR3_KVM_CALLS(AIM_)
#undef AIM_
	return 0;
}

static int find_layout(void)
{
	int ret = kvmpv_btf_find("kvm", layout, ARRAY_SIZE(layout));

	if (ret)
		return ret;
	cr3_layout.unsync = layout[0].offset;
	cr3_layout.role = layout[1].offset;
	cr3_layout.unsync_children = layout[2].offset;
	cr3_layout.write_flooding_count = layout[3].offset;
	return 0;
}

static int look_up(void)
{
	int ret;

	ret = kvmpv_btf_check("kvm", functions, ARRAY_SIZE(functions), members,
			      ARRAY_SIZE(members));
	if (!ret)
		ret = find_layout();
	if (!ret)
		ret = find_functions();
	return ret;
}

/* Context: support_lock held. */
static int prepare(void)
{
	char problem[KVMPV_PROBLEM_MAX];

	if (prepared <= 0)
		return prepared;
	prepared = look_up();
	if (prepared) {
		kvmpv_problem_get(problem);
		snprintf(prepare_reason, sizeof(prepare_reason), "%s", problem);
	}
	WRITE_ONCE(cr3_ready, !prepared);
	return prepared;
}

/* A boolean parameter of kvm_intel: 1, 0, or a negative error when there is none. */
static int intel_parameter(const char *name)
{
	char path[64];
	void *data;
	ssize_t len;
	int on;

	snprintf(path, sizeof(path), "/sys/module/kvm_intel/parameters/%s", name);
	len = kvmpv_file_read(path, 16, &data);
	if (len < 0)
		return len;
	on = len && *(char *)data == 'Y';
	vfree(data);
	return on;
}

static unsigned int nr_targets(void)
{
	u64 misc;

	return rdmsrq_safe(MSR_IA32_VMX_MISC, &misc) ? 0 : vmx_misc_cr3_count(misc);
}

/* Context: support_lock held. The reason, or NULL when there is none. */
static const char *hardware_reason(void)
{
	int ept;

	if (boot_cpu_data.x86_vendor == X86_VENDOR_AMD ||
	    boot_cpu_data.x86_vendor == X86_VENDOR_HYGON)
		return "AMD processors have no CR3-target list";
	if (!boot_cpu_has(X86_FEATURE_VMX))
		return "this processor has no VMX";
	if (nr_targets() < KVMPV_CR3_SLOTS)
		return "this processor has fewer than 4 CR3 targets";
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return "not supported on PREEMPT_RT kernels";
	if (!kvm_module)
		return IS_BUILTIN(CONFIG_KVM) ? "KVM is no module: its tracepoints are out of reach"
					      : "not attached to KVM";
	ept = intel_parameter("ept");
	if (ept < 0)
		return "kvm_intel is not loaded";
	if (ept)
		return "not needed: with EPT, CR3 writes do not exit (kvm_intel ept=1)";
	if (intel_parameter("enlightened_vmcs") == 1)
		return "KVM uses Hyper-V's enlightened VMCS";
	return NULL;
}

/**
 * cr3_supported() - can VMs on this host be offered the cr3 cache
 * @ret_reason: CR3_REASON_MAX bytes: why not; empty when they can
 *
 * Context: process, may sleep; a task that sees /sys. Return: 0 or -EOPNOTSUPP.
 */
int cr3_supported(char *ret_reason)
{
	const char *reason;

	mutex_lock(&support_lock);
	reason = hardware_reason();
	if (!reason && prepare())
		reason = prepare_reason;
	strscpy(ret_reason, reason ?: "", CR3_REASON_MAX);
	mutex_unlock(&support_lock);
	return reason ? -EOPNOTSUPP : 0;
}

/**
 * cr3_support_attach() - we are attached to KVM, which stays
 * @kvm: kvm.ko; NULL when KVM is built in
 * @wanted: new VMs are to be offered the cache: look everything up now
 *
 * Context: process, may sleep.
 */
void cr3_support_attach(struct module *kvm, bool wanted)
{
	mutex_lock(&support_lock);
	kvm_module = kvm;
	if (kvm && wanted)
		prepare();
	mutex_unlock(&support_lock);
}

/**
 * cr3_support_detach() - we are no longer attached
 *
 * Context: process, may sleep; no probe is installed.
 */
void cr3_support_detach(void)
{
	mutex_lock(&support_lock);
	kvm_module = NULL;
	prepared = 1;
	WRITE_ONCE(cr3_ready, false);
	mutex_unlock(&support_lock);
}
