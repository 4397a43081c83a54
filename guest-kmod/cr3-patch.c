// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the kernel switches address spaces it has, since boot patched its paravirt call sites,
 *
 *	mov %rdi,%cr3		0f 22 df
 *	nopl (%rax)		0f 1f 00
 *
 * once in load_new_mm_cr3() or, inlined, in switch_mm_irqs_off(). Having been a call, it leaves all
 * registers free that a function may clobber, and interrupts are off there. It is taken over in one
 * of two ways:
 *
 * jump: the first 5 of the 6 bytes become a JMP to a stub, one for each site, which calls
 * cr3_load() and jumps back behind the 6 bytes. Both jumps and the call are direct (IBT): the way
 * back is a static call's trampoline. The kernel's own text_poke_bp() writes it, and this is why
 * that is safe, although the 5 bytes are more than one instruction:
 *  - It first puts an int3 on the first byte, and then waits until every CPU has taken an
 *    interrupt. Who was between the two instructions has left the site by then, since interrupts
 *    are off there; so nobody sees the tail of the old code when that is overwritten. Who comes
 *    meanwhile hits the int3, which is emulated as the JMP.
 *  - CPUs that are going offline run here, too, after they stopped taking interrupts: so CPU
 *    hotplug is locked out.
 *  - A kprobe there or shortly before it (an optimised one covers several instructions) would have
 *    copied the old code, and one that comes later would be in the way of restoring it: so kprobes'
 *    own lock is held while we look for them and write. While one is on our JMP, the JMP stays.
 *  - Restoring is the same with the JMP as what int3 stands for. Afterwards another interrupt on
 *    every CPU shows that all have left the stubs.
 *  - The writer itself switches to a temporary address space for each write, that is: it runs
 *    through the site while it changes it, with interrupts off, which is covered by the above.
 *
 * probe: a kprobe on the MOV. Slower by far, but made of nothing but exported interfaces. An empty
 * post_handler keeps it from being optimised into a jump, where a changed ip is ignored and the MOV
 * would be executed a second time.
 *
 * A site that is not exactly as expected is never touched.
 */
#include <linux/cache.h>
#include <linux/cpu.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/linkage.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/objtool.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/static_call.h>
#include <linux/string.h>

#include <asm/text-patching.h>

#include "cr3-patch.h"
#include "cr3-window.h"
#include "symbol.h"

#define SITES_MAX 4
#define SEARCH_MAX 4096 /* bytes of a function that are looked at */
#define MOV_SIZE 3
/* How far before a site an optimised kprobe can begin that reaches into it */
#define REACH (JMP32_INSN_SIZE + MAX_INSN_SIZE)

static const u8 expected[] = {0x0f, 0x22, 0xdf, 0x0f, 0x1f, 0x00};

/* The parameter's words, in the order of enum mechanism; "auto" is none in force. */
static const char *const words[] = {"auto", "jump", "probe", NULL};

enum mechanism { NONE, JUMP, PROBE };

/**
 * struct site - a place that is taken over
 * @addr: of the MOV
 * @stub: of our code for it
 * @jump: the JMP from @addr to @stub
 * @probe: the kprobe at @addr
 */
struct site {
	u8 *addr;
	char *stub;
	u8 jump[JMP32_INSN_SIZE];
	struct kprobe probe;
};

/* Everything here: calls are serialised by the caller. */
static struct site sites[SITES_MAX];
static unsigned int nr_sites;
static enum mechanism in_force;
static int wish; /* index into words */

/* What a jump needs of the kernel; it is possible when both locks are known. */
static struct mutex *text_lock;
static struct mutex *kprobe_lock;
DEFINE_STATIC_CALL_NULL(kvmpv_text_poke, smp_text_poke_single);
DEFINE_STATIC_CALL_NULL(kvmpv_get_kprobe, get_kprobe);

/* ---- stubs ---- */

/* For its type only: the code behind a site. */
void cr3_back(void);

/*
 * The stub of a site. It is jumped to in the middle of a function, whose stack frame objtool cannot
 * know: an unwinder stops here. Nobody sleeps below it.
 */
/* clang-format off */
#define STUB(n)							\
	DEFINE_STATIC_CALL_NULL(kvmpv_cr3_back##n, cr3_back);	\
	extern char cr3_stub##n[];				\
	STACK_FRAME_NON_STANDARD(cr3_stub##n);			\
	asm(".pushsection .kprobes.text, \"ax\"\n"		\
	    ".balign 16\n"					\
	    ".globl cr3_stub" #n "\n"				\
	    ".type cr3_stub" #n ", @function\n"			\
	    "cr3_stub" #n ":\n" ANNOTATE_NOENDBR "\n"		\
	    "	call	cr3_load\n"				\
	    "	jmp	" STATIC_CALL_TRAMP_STR(kvmpv_cr3_back##n) "\n" \
	    ".size cr3_stub" #n ", . - cr3_stub" #n "\n"	\
	    ".popsection\n")
/* clang-format on */

STUB(0);
STUB(1);
STUB(2);
STUB(3);
static_assert(SITES_MAX == 4);

static char *const stubs[SITES_MAX] = {cr3_stub0, cr3_stub1, cr3_stub2, cr3_stub3};

static void aim_stubs(void)
{
	void *back[SITES_MAX] = {};
	unsigned int i;

	for (i = 0; i < nr_sites; i++)
		back[i] = sites[i].addr + sizeof(expected);
	static_call_update(kvmpv_cr3_back0, back[0]);
	static_call_update(kvmpv_cr3_back1, back[1]);
	static_call_update(kvmpv_cr3_back2, back[2]);
	static_call_update(kvmpv_cr3_back3, back[3]);
}

/* ---- finding the sites ---- */

/* The bytes may also be part of something else: kprobes decode the function from its beginning. */
static int add_site(u8 *addr, char *ret_why, size_t size)
{
	struct kprobe probe = {.addr = addr, .flags = KPROBE_FLAG_DISABLED};
	struct site *site = &sites[nr_sites];

	if (register_kprobe(&probe))
		return 0;
	unregister_kprobe(&probe);
	if (nr_sites == SITES_MAX) {
		snprintf(ret_why, size, "more than %u places load CR3", SITES_MAX);
		return -E2BIG;
	}
	site->addr = addr;
	site->stub = stubs[nr_sites];
	__text_gen_insn(site->jump, JMP32_INSN_OPCODE, addr, site->stub, JMP32_INSN_SIZE);
	nr_sites++;
	return 0;
}

static int search(const char *function, char *ret_why, size_t size)
{
	u8 *start = (u8 *)kvmpv_symbol_address(function), *addr, *end;
	int ret = 0;

	if (!start)
		return 0;
	end = start + min(kvmpv_symbol_size((unsigned long)start), SEARCH_MAX + 0UL);
	for (addr = start; addr + sizeof(expected) <= end && !ret; addr++)
		if (!memcmp(addr, expected, sizeof(expected)))
			ret = add_site(addr, ret_why, size);
	return ret;
}

/* Names of data need CONFIG_KALLSYMS_ALL. What is missing leaves the locks unknown. */
static void prepare_jump(void)
{
	unsigned long poke = kvmpv_symbol_address(__stringify(smp_text_poke_single));
	unsigned long get = kvmpv_symbol_address("get_kprobe");
	unsigned long text = kvmpv_symbol_address("text_mutex");
	unsigned long kprobe = kvmpv_symbol_address("kprobe_mutex");

	if (!poke || !get || !text || !kprobe)
		return;
	static_call_update(kvmpv_text_poke, (void *)poke);
	static_call_update(kvmpv_get_kprobe, (void *)get);
	aim_stubs();
	text_lock = (struct mutex *)text;
	kprobe_lock = (struct mutex *)kprobe;
}

/**
 * cr3_patch_find() - look for the places where this kernel switches address spaces
 * @ret_why: what is not as expected, when an error is returned
 * @size: of @ret_why
 *
 * Changes nothing in the kernel. Looks anew each time, unless they are taken over already: one that
 * had a kprobe may be free now.
 *
 * Context: process, may sleep; calls to cr3_patch functions are serialised by the caller.
 *
 * Return: 0, -ENOENT when there is no such place, -E2BIG for too many of them.
 */
int cr3_patch_find(char *ret_why, size_t size)
{
	int ret;

	if (in_force)
		return 0;
	nr_sites = 0;
	ret = search("load_new_mm_cr3", ret_why, size);
	if (!ret)
		ret = search("switch_mm_irqs_off", ret_why, size);
	if (!ret && !nr_sites) {
		snprintf(ret_why, size, "no MOV to CR3 as expected");
		ret = -ENOENT;
	}
	if (ret)
		nr_sites = 0;
	else
		prepare_jump();
	return ret;
}

/* ---- jumps ---- */

/* The order is that of register_kprobe(). */
static void lock_text(void)
{
	mutex_lock(kprobe_lock);
	cpus_read_lock();
	mutex_lock(text_lock);
}

static void unlock_text(void)
{
	mutex_unlock(text_lock);
	cpus_read_unlock();
	mutex_unlock(kprobe_lock);
}

/* Context: text locked. Is a site what we think it is, and is nobody else about to change it? */
static bool is_code(const struct site *site, const u8 *code, size_t size, unsigned int reach)
{
	u8 *addr;

	for (addr = site->addr - reach; addr < site->addr + sizeof(expected); addr++)
		if (static_call(kvmpv_get_kprobe)(addr))
			return false;
	return !memcmp(site->addr, code, size);
}

static int jump_apply(char *ret_why, size_t size)
{
	unsigned int i;
	int ret = 0;

	if (!kprobe_lock) {
		snprintf(ret_why, size, "text_poke, its lock or that of kprobes was not found");
		return -EOPNOTSUPP;
	}
	lock_text();
	for (i = 0; i < nr_sites && !ret; i++)
		if (!is_code(&sites[i], expected, sizeof(expected), REACH)) {
			snprintf(ret_why, size, "somebody has changed %pS, or has a kprobe there",
				 sites[i].addr);
			ret = -EBUSY;
		}
	for (i = 0; i < nr_sites && !ret; i++)
		static_call(kvmpv_text_poke)(sites[i].addr, sites[i].jump, JMP32_INSN_SIZE, NULL);
	unlock_text();
	return ret;
}

static int jump_remove(void)
{
	static bool warned;
	unsigned int i;
	int ret = 0;

	lock_text();
	for (i = 0; i < nr_sites && !ret; i++)
		if (!is_code(&sites[i], sites[i].jump, JMP32_INSN_SIZE, 0))
			ret = -EBUSY;
	if (ret && !warned)
		pr_warn("somebody has a kprobe on our jump at %pS, which stays until it goes\n",
			sites[i - 1].addr);
	warned = ret;
	for (i = 0; i < nr_sites && !ret; i++)
		static_call(kvmpv_text_poke)(sites[i].addr, expected, JMP32_INSN_SIZE,
					     sites[i].jump);
	unlock_text();
	if (!ret)
		kick_all_cpus_sync();
	return ret;
}

/* ---- probes ---- */

static int __kprobes pre_handler(struct kprobe *probe, struct pt_regs *regs)
{
	cr3_load(regs->di);
	regs->ip = (unsigned long)probe->addr + MOV_SIZE;
	return 1;
}

static void __kprobes post_handler(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static int probe_apply(char *ret_why, size_t size)
{
	unsigned int i;
	int ret;

	for (i = 0; i < nr_sites; i++) {
		sites[i].probe = (struct kprobe){
			.addr = sites[i].addr,
			.pre_handler = pre_handler,
			.post_handler = post_handler,
		};
		ret = memcmp(sites[i].addr, expected, sizeof(expected))
			      ? -EBUSY
			      : register_kprobe(&sites[i].probe);
		if (ret)
			goto err_probes;
	}
	return 0;

err_probes:
	snprintf(ret_why, size, "no kprobe is possible on %pS (%d)", sites[i].addr, ret);
	while (i--)
		unregister_kprobe(&sites[i].probe);
	return ret;
}

static void probe_remove(void)
{
	unsigned int i;

	for (i = 0; i < nr_sites; i++)
		unregister_kprobe(&sites[i].probe);
}

/* ---- both ---- */

/**
 * cr3_patch_apply() - take the sites over
 * @ret_why: what is in the way, when an error is returned
 * @size: of @ret_why
 *
 * Nothing is done when they are taken over already. From now on they load CR3 by cr3_load().
 *
 * Context: process, may sleep; cr3_patch_find() was successful.
 *
 * Return: 0 or a negative error with nothing changed.
 */
int cr3_patch_apply(char *ret_why, size_t size)
{
	enum mechanism wanted = READ_ONCE(wish), got = NONE;
	int ret = -EOPNOTSUPP;

	if (in_force)
		return 0;
	if (wanted != PROBE) {
		ret = jump_apply(ret_why, size);
		got = JUMP;
	}
	if (ret && wanted != JUMP) {
		ret = probe_apply(ret_why, size);
		got = PROBE;
	}
	if (!ret)
		in_force = got;
	return ret;
}

/**
 * cr3_patch_remove() - put the kernel's own code back
 *
 * Afterwards nobody is in cr3_load() because of a site, nor in this module's other code for them.
 *
 * Context: process, may sleep.
 *
 * Return: 0, or -EBUSY when somebody put a kprobe onto our code: everything is as before, and it
 * has to be tried again.
 */
int cr3_patch_remove(void)
{
	int ret = 0;

	if (in_force == JUMP)
		ret = jump_remove();
	else if (in_force == PROBE)
		probe_remove();
	if (!ret)
		in_force = NONE;
	return ret;
}

/**
 * cr3_patch_intact() - does the code of all sites lead to us?
 *
 * Context: any; calls to cr3_patch functions are serialised by the caller.
 *
 * Return: true when it does. A kprobe of somebody else on our jump counts as not.
 */
bool cr3_patch_intact(void)
{
	unsigned int i;

	for (i = 0; i < nr_sites; i++)
		if ((in_force == JUMP && memcmp(sites[i].addr, sites[i].jump, JMP32_INSN_SIZE)) ||
		    (in_force == PROBE && sites[i].addr[0] != INT3_INSN_OPCODE))
			return false;
	return in_force;
}

/**
 * cr3_patch_mechanism() - how the sites are taken over
 *
 * Return: "jump", "probe", or "none" while they are not.
 */
const char *cr3_patch_mechanism(void)
{
	return in_force ? words[in_force] : "none";
}

/**
 * cr3_patch_sites() - how many sites were found
 *
 * Return: their number, 0 before cr3_patch_find().
 */
unsigned int cr3_patch_sites(void)
{
	return nr_sites;
}

static int wish_set(const char *text, const struct kernel_param *param)
{
	int index = sysfs_match_string(words, text);

	if (index < 0)
		return index;
	WRITE_ONCE(wish, index);
	return 0;
}

static int wish_get(char *text, const struct kernel_param *param)
{
	return sprintf(text, "%s\n", words[READ_ONCE(wish)]);
}

static const struct kernel_param_ops wish_ops = {.set = wish_set, .get = wish_get};

module_param_cb(cr3_patch, &wish_ops, NULL, 0644);
MODULE_PARM_DESC(cr3_patch, "how the cr3 cache takes over CR3 writes: jump, probe or auto");
