// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF programs that count exits, one for each tracepoint.
 *
 * kvm_exit notes when and why a vCPU's thread has left the guest; kvm_msr, kvm_mmio and
 * kvm_userspace_exit add what it was about and whether user space was needed; kvm_entry adds it all
 * up. So an exit is counted when it is over, and one that is not over yet is seen in the thread's
 * state. Each thread has entries of its own: nothing is shared between CPUs, no update is atomic.
 *
 * They run with preemption off and only read what they are given; the kernel has checked them.
 */
#include "bpf.h"
#include "exits.h"

#define CTX BPF_REG_6 /* the tracepoint's record */
#define TASK BPF_REG_7 /* process in the upper half, thread in the lower one */
#define NOW BPF_REG_8
#define THREAD BPF_REG_9 /* struct exit_thread in its map */
#define FP BPF_REG_10

/* The stack */
#define ON_STACK_THREAD_ID (-8)
#define ON_STACK_LOST (-16)
#define ON_STACK_KEY (-40)
#define ON_STACK_VALUE (-88)

#define MEMBER(off, type, member) ((off) + (int)offsetof(type, member))

_Static_assert(sizeof(struct exit_key) == 24, "no holes: the kernel compares keys as bytes");
_Static_assert(sizeof(struct exit_thread) == 48, "no holes");

static void look_up(struct bpf *bpf, int map, int key)
{
	bpf_map_arg(bpf, map);
	bpf_stack_arg(bpf, BPF_REG_2, key);
	bpf_call(bpf, BPF_FUNC_map_lookup_elem);
}

/*
 * R0 = the entry under the key on the stack, made with zeroes if there is none; ends the program
 * when there is no room.
 */
static void look_up_or_make(struct bpf *bpf, const int map[EXIT_MAPS], enum exit_map which, int key,
			    size_t size)
{
	size_t found, made, none;

	look_up(bpf, map[which], key);
	found = bpf_jump_if(bpf, BPF_JNE, BPF_REG_0, 0);
	for (size_t i = 0; i < size; i += 8)
		bpf_store_imm(bpf, BPF_DW, FP, ON_STACK_VALUE + (int)i, 0);
	bpf_map_arg(bpf, map[which]);
	bpf_stack_arg(bpf, BPF_REG_2, key);
	bpf_stack_arg(bpf, BPF_REG_3, ON_STACK_VALUE);
	bpf_set(bpf, BPF_REG_4, BPF_NOEXIST);
	bpf_call(bpf, BPF_FUNC_map_update_elem);
	look_up(bpf, map[which], key);
	made = bpf_jump_if(bpf, BPF_JNE, BPF_REG_0, 0);
	bpf_store_imm(bpf, BPF_W, FP, ON_STACK_LOST, 0);
	look_up(bpf, map[EXIT_MAP_LOST], ON_STACK_LOST);
	none = bpf_jump_if(bpf, BPF_JEQ, BPF_REG_0, 0);
	bpf_set(bpf, BPF_REG_1, 1);
	bpf_emit(bpf, BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_0, BPF_REG_1, 0, BPF_ADD);
	bpf_land(bpf, none);
	bpf_return(bpf);
	bpf_land(bpf, made);
	bpf_land(bpf, found);
}

static void load_member(struct bpf *bpf, uint8_t size, uint8_t dst, size_t member)
{
	bpf_load(bpf, size, dst, THREAD, member);
}

#define LOAD(bpf, size, dst, member) \
	load_member(bpf, size, dst, offsetof(struct exit_thread, member))
#define STORE(bpf, size, member, src) \
	bpf_store(bpf, size, THREAD, (int)offsetof(struct exit_thread, member), src)
#define STORE_IMM(bpf, size, member, imm) \
	bpf_store_imm(bpf, size, THREAD, (int)offsetof(struct exit_thread, member), imm)

/* R1 = time since the last exit or entry */
static void elapsed(struct bpf *bpf)
{
	bpf_move(bpf, BPF_REG_1, NOW);
	LOAD(bpf, BPF_DW, BPF_REG_2, since);
	bpf_alu(bpf, BPF_SUB, BPF_REG_1, BPF_REG_2);
}

/* In which register an exit has its port: SDM vol. 3 table 28-5, APM vol. 2 section 15.10.2 */
static void port(struct bpf *bpf, const struct exit_layout *layout)
{
	size_t other, out;

	other = bpf_jump_if(bpf, BPF_JNE, BPF_REG_1, layout->svm ? SVM_REASON_IO : VMX_REASON_IO);
	bpf_load(bpf, BPF_DW, BPF_REG_2, CTX, layout->info1);
	bpf_set(bpf, BPF_REG_3, EXIT_KIND_PORT_OUT);
	bpf_move(bpf, BPF_REG_4, BPF_REG_2);
	bpf_alu_imm(bpf, BPF_AND, BPF_REG_4, layout->svm ? 1 : 8);
	out = bpf_jump_if(bpf, BPF_JEQ, BPF_REG_4, 0);
	bpf_set(bpf, BPF_REG_3, EXIT_KIND_PORT_IN);
	bpf_land(bpf, out);
	STORE(bpf, BPF_W, kind, BPF_REG_3);
	bpf_alu_imm(bpf, BPF_RSH, BPF_REG_2, 16);
	bpf_alu_imm(bpf, BPF_AND, BPF_REG_2, 0xffff);
	STORE(bpf, BPF_DW, address, BPF_REG_2);
	bpf_land(bpf, other);
}

static void on_exit(struct bpf *bpf, const struct exit_layout *layout)
{
	size_t outside;

	LOAD(bpf, BPF_W, BPF_REG_1, state);
	outside = bpf_jump_if(bpf, BPF_JNE, BPF_REG_1, EXIT_STATE_GUEST);
	elapsed(bpf);
	LOAD(bpf, BPF_DW, BPF_REG_2, guest_ns);
	bpf_alu(bpf, BPF_ADD, BPF_REG_2, BPF_REG_1);
	STORE(bpf, BPF_DW, guest_ns, BPF_REG_2);
	bpf_land(bpf, outside);
	STORE(bpf, BPF_DW, since, NOW);
	STORE_IMM(bpf, BPF_W, state, EXIT_STATE_OUT);
	STORE_IMM(bpf, BPF_W, user, 0);
	STORE_IMM(bpf, BPF_W, kind, EXIT_KIND_NONE);
	STORE_IMM(bpf, BPF_DW, address, 0);
	bpf_load(bpf, BPF_W, BPF_REG_1, CTX, layout->reason);
	/* Above are flags: a bus lock was noticed, the entry failed. */
	if (!layout->svm)
		bpf_alu_imm(bpf, BPF_AND, BPF_REG_1, 0xffff);
	STORE(bpf, BPF_W, reason, BPF_REG_1);
	port(bpf, layout);
}

static void add_to(struct bpf *bpf, size_t member, uint8_t src)
{
	bpf_load(bpf, BPF_DW, BPF_REG_1, BPF_REG_0, member);
	bpf_alu(bpf, BPF_ADD, BPF_REG_1, src);
	bpf_store(bpf, BPF_DW, BPF_REG_0, (int)member, BPF_REG_1);
}

static void on_entry(struct bpf *bpf, const int map[EXIT_MAPS])
{
	size_t inside, new, light;

	LOAD(bpf, BPF_W, BPF_REG_1, state);
	inside = bpf_jump_if(bpf, BPF_JEQ, BPF_REG_1, EXIT_STATE_GUEST);
	new = bpf_jump_if(bpf, BPF_JEQ, BPF_REG_1, EXIT_STATE_NEW);
	bpf_store(bpf, BPF_W, FP, MEMBER(ON_STACK_KEY, struct exit_key, thread), TASK);
	LOAD(bpf, BPF_W, BPF_REG_1, reason);
	bpf_store(bpf, BPF_W, FP, MEMBER(ON_STACK_KEY, struct exit_key, reason), BPF_REG_1);
	LOAD(bpf, BPF_DW, BPF_REG_1, address);
	bpf_store(bpf, BPF_DW, FP, MEMBER(ON_STACK_KEY, struct exit_key, address), BPF_REG_1);
	LOAD(bpf, BPF_W, BPF_REG_1, kind);
	bpf_store(bpf, BPF_W, FP, MEMBER(ON_STACK_KEY, struct exit_key, kind), BPF_REG_1);
	bpf_store_imm(bpf, BPF_W, FP, MEMBER(ON_STACK_KEY, struct exit_key, pad), 0);
	elapsed(bpf);
	bpf_move(bpf, CTX, BPF_REG_1);
	LOAD(bpf, BPF_W, TASK, user);
	/* Whatever happens next, the vCPU is in the guest. */
	STORE(bpf, BPF_DW, since, NOW);
	STORE_IMM(bpf, BPF_W, state, EXIT_STATE_GUEST);
	look_up_or_make(bpf, map, EXIT_MAP_SUMS, ON_STACK_KEY, sizeof(struct exit_sum));
	bpf_set(bpf, BPF_REG_2, 1);
	add_to(bpf, offsetof(struct exit_sum, count), BPF_REG_2);
	add_to(bpf, offsetof(struct exit_sum, ns), CTX);
	light = bpf_jump_if(bpf, BPF_JEQ, TASK, 0);
	add_to(bpf, offsetof(struct exit_sum, heavy), BPF_REG_2);
	add_to(bpf, offsetof(struct exit_sum, heavy_ns), CTX);
	bpf_land(bpf, light);
	bpf_return(bpf);
	bpf_land(bpf, new);
	STORE(bpf, BPF_DW, since, NOW);
	STORE_IMM(bpf, BPF_W, state, EXIT_STATE_GUEST);
	bpf_land(bpf, inside);
}

static void on_msr(struct bpf *bpf, const struct exit_layout *layout)
{
	bpf_load(bpf, BPF_W, BPF_REG_1, CTX, layout->msr);
	STORE(bpf, BPF_DW, address, BPF_REG_1);
	bpf_load(bpf, BPF_W, BPF_REG_1, CTX, layout->msr_write);
	bpf_alu_imm(bpf, BPF_AND, BPF_REG_1, 1);
	bpf_alu_imm(bpf, BPF_ADD, BPF_REG_1, EXIT_KIND_MSR_READ);
	STORE(bpf, BPF_W, kind, BPF_REG_1);
}

/* KVM's types: 0 a read that the VMM is to answer, 1 a read that was answered, 2 a write. */
static void on_mmio(struct bpf *bpf, const struct exit_layout *layout)
{
	bpf_load(bpf, BPF_DW, BPF_REG_1, CTX, layout->mmio);
	STORE(bpf, BPF_DW, address, BPF_REG_1);
	bpf_load(bpf, BPF_W, BPF_REG_1, CTX, layout->mmio_type);
	bpf_alu_imm(bpf, BPF_RSH, BPF_REG_1, 1);
	bpf_alu_imm(bpf, BPF_AND, BPF_REG_1, 1);
	bpf_alu_imm(bpf, BPF_ADD, BPF_REG_1, EXIT_KIND_MMIO_READ);
	STORE(bpf, BPF_W, kind, BPF_REG_1);
}

/* THREAD = this thread's entry; ends the program when it is not to be counted. */
static void find_thread(struct bpf *bpf, enum exit_event event, const int map[EXIT_MAPS],
			uint32_t process)
{
	bool edge = event == EXIT_EVENT_EXIT || event == EXIT_EVENT_ENTRY;
	size_t go_on;

	bpf_move(bpf, CTX, BPF_REG_1);
	bpf_call(bpf, BPF_FUNC_get_current_pid_tgid);
	bpf_move(bpf, TASK, BPF_REG_0);
	if (process) {
		bpf_alu_imm(bpf, BPF_RSH, BPF_REG_0, 32);
		go_on = bpf_jump_if(bpf, BPF_JEQ, BPF_REG_0, (int32_t)process);
		bpf_return(bpf);
		bpf_land(bpf, go_on);
	}
	bpf_store(bpf, BPF_W, FP, ON_STACK_THREAD_ID, TASK);
	if (edge) {
		bpf_call(bpf, BPF_FUNC_ktime_get_ns);
		bpf_move(bpf, NOW, BPF_REG_0);
		look_up_or_make(bpf, map, EXIT_MAP_THREADS, ON_STACK_THREAD_ID,
				sizeof(struct exit_thread));
	} else {
		look_up(bpf, map[EXIT_MAP_THREADS], ON_STACK_THREAD_ID);
		go_on = bpf_jump_if(bpf, BPF_JNE, BPF_REG_0, 0);
		bpf_return(bpf);
		bpf_land(bpf, go_on);
	}
	bpf_move(bpf, THREAD, BPF_REG_0);
	if (edge) {
		bpf_move(bpf, BPF_REG_1, TASK);
		bpf_alu_imm(bpf, BPF_RSH, BPF_REG_1, 32);
		STORE(bpf, BPF_W, process, BPF_REG_1);
	}
}

/**
 * exit_event_raw() - is the program for a tracepoint a raw one?
 * @event: the tracepoint
 *
 * Those that look at no field can do without the record, which is most of what a tracepoint costs.
 *
 * Return: whether it is.
 */
bool exit_event_raw(enum exit_event event)
{
	return event == EXIT_EVENT_ENTRY || event == EXIT_EVENT_USER;
}

/**
 * exit_program() - put the program for a tracepoint together
 * @bpf: where to
 * @event: the tracepoint
 * @layout: what its record looks like
 * @map: files of the maps
 * @process: the only process to look at, 0 for all
 */
void exit_program(struct bpf *bpf, enum exit_event event, const struct exit_layout *layout,
		  const int map[EXIT_MAPS], uint32_t process)
{
	bpf->n = 0;
	find_thread(bpf, event, map, process);
	switch (event) {
	case EXIT_EVENT_EXIT:
		on_exit(bpf, layout);
		break;
	case EXIT_EVENT_ENTRY:
		on_entry(bpf, map);
		break;
	case EXIT_EVENT_USER:
		STORE_IMM(bpf, BPF_W, user, 1);
		break;
	case EXIT_EVENT_MSR:
		on_msr(bpf, layout);
		break;
	case EXIT_EVENT_MMIO:
		on_mmio(bpf, layout);
		break;
	case EXIT_EVENTS:
		break;
	}
	bpf_return(bpf);
}
