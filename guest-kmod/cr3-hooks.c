// SPDX-License-Identifier: GPL-2.0-only
/*
 * native_flush_tlb_local() reads CR3 and writes it back: two exits under shadow paging. The value
 * is known without reading it, and writing it may hit like any other. With page-table isolation the
 * function has more to do, and is left alone.
 *
 * native_machine_crash_shutdown() is only watched: the host has to forget the registrations before
 * the crash kernel runs, which may have code of its own where our window was.
 *
 * Neither uses kvmpv_hook_enter(): they may run anywhere, and there is no need. All work is done in
 * the thunk, which ftrace waits for when the hook is removed; behind it comes just the return of
 * nothing_left(), with preemption off, as native_flush_tlb_local() demands of its callers.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <linux/static_call.h>
#include <linux/string.h>

#include <asm/cpufeature.h>
#include <asm/mmu_context.h>

#include "calls.h"
#include "cr3-hooks.h"
#include "cr3-window.h"
#include "hook.h"
#include "problem.h"
#include "symbol.h"

enum { HOOK_CRASH, HOOK_FLUSH, HOOK_NR };

static struct kvmpv_hook hooks[HOOK_NR] = {
	[HOOK_CRASH] = {.name = "native_machine_crash_shutdown"},
	[HOOK_FLUSH] = {.name = "native_flush_tlb_local"},
};

/* Exported, but since 7.0 to KVM only. */
DEFINE_STATIC_CALL_NULL(kvmpv_current_cr3, __get_current_cr3_fast);

static void notrace nothing_left(void)
{
}

static void notrace flush(struct ftrace_regs *fregs)
{
	unsigned long flags;

	raw_local_irq_save(flags);
	if (raw_cpu_read(cr3_page)) {
		cr3_load(static_call(kvmpv_current_cr3)());
		ftrace_regs_set_instruction_pointer(fregs, (unsigned long)nothing_left);
	}
	raw_local_irq_restore(flags);
}

static void notrace thunk(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			  struct ftrace_regs *fregs)
{
	if (likely(ip == hooks[HOOK_FLUSH].site))
		flush(fregs);
	else
		call_bye();
}

/* One for both: ftrace goes over all its sites, and waits for all tasks, once for each group. */
static struct kvmpv_hook_group group = {.thunk = thunk};

static bool installed(int which)
{
	const struct kvmpv_hook *hook = &hooks[which];

	return group.installed && hook >= group.hooks && hook < group.hooks + group.nr;
}

static int install(int first, int last)
{
	int i, ret = 0;

	for (i = first; i <= last && !ret; i++)
		ret = hooks[i].site ? 0 : kvmpv_hook_find(&hooks[i], NULL);
	group.hooks = &hooks[first];
	group.nr = last - first + 1;
	return ret ?: kvmpv_hooks_install(&group);
}

static bool can_flush(void)
{
	unsigned long current_cr3 = kvmpv_symbol_address("__get_current_cr3_fast");

	if (boot_cpu_has(X86_FEATURE_PTI) || !current_cr3)
		return false;
	static_call_update(kvmpv_current_cr3, (void *)current_cr3);
	return true;
}

/**
 * cr3_hooks_install() - hook what the cr3 cache needs hooked
 * @ret_why: what is in the way, when an error is returned
 * @size: of @ret_why
 *
 * Context: process, may sleep; calls are serialised by the caller; handshake made.
 *
 * Return: 0 or a negative error. A kernel that cannot boot a crash kernel needs no hook for it.
 */
int cr3_hooks_install(char *ret_why, size_t size)
{
	int first = kvmpv_symbol_address(hooks[HOOK_CRASH].name) ? HOOK_CRASH : HOOK_FLUSH;
	char problem[KVMPV_PROBLEM_MAX];
	int ret;

	if (group.installed || (can_flush() && !install(first, HOOK_FLUSH)))
		return 0;
	/* The flush is a nicety: without it flushes exit as before. */
	ret = first == HOOK_CRASH ? install(HOOK_CRASH, HOOK_CRASH) : 0;
	if (ret) {
		kvmpv_problem_get(problem);
		strscpy(ret_why, problem, size);
	}
	return ret;
}

/**
 * cr3_hooks_remove() - undo cr3_hooks_install()
 *
 * Afterwards nobody is in this module's code because of a hook.
 *
 * Context: process, may sleep; calls are serialised by the caller.
 */
void cr3_hooks_remove(void)
{
	bool flush = installed(HOOK_FLUSH);

	kvmpv_hooks_remove(&group);
	if (flush)
		kvmpv_hooks_drain_atomic(); /* out of nothing_left() */
}

/**
 * cr3_hooks_flush() - is the flush of the TLB taken over?
 *
 * Context: any. Return: true when it is.
 */
bool cr3_hooks_flush(void)
{
	return installed(HOOK_FLUSH);
}

/**
 * cr3_hooks_crash() - is the host told of a crash?
 *
 * Context: any. Return: true when it is.
 */
bool cr3_hooks_crash(void)
{
	return installed(HOOK_CRASH);
}
