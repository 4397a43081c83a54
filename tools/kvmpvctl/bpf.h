/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small BPF programs put together at run time. They are some dozen instructions, and what they read
 * depends on the running kernel: that is no work for a compiler and a loader, which kvmpvctl would
 * then need at each start and each build.
 */
#ifndef KVMPVCTL_BPF_H
#define KVMPVCTL_BPF_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

#define BPF_INSNS_MAX 160

/**
 * struct bpf - a program
 * @insn: its instructions
 * @n: how many; more than BPF_INSNS_MAX: it did not fit
 */
struct bpf {
	struct bpf_insn insn[BPF_INSNS_MAX];
	size_t n;
};

size_t bpf_emit(struct bpf *bpf, uint8_t code, uint8_t dst, uint8_t src, int16_t off, int32_t imm);
void bpf_land(struct bpf *bpf, size_t jump);

void bpf_move(struct bpf *bpf, uint8_t dst, uint8_t src);
void bpf_set(struct bpf *bpf, uint8_t dst, int32_t imm);
void bpf_alu(struct bpf *bpf, uint8_t op, uint8_t dst, uint8_t src);
void bpf_alu_imm(struct bpf *bpf, uint8_t op, uint8_t dst, int32_t imm);
void bpf_load(struct bpf *bpf, uint8_t size, uint8_t dst, uint8_t src, size_t off);
void bpf_store(struct bpf *bpf, uint8_t size, uint8_t dst, int off, uint8_t src);
void bpf_store_imm(struct bpf *bpf, uint8_t size, uint8_t dst, int off, int32_t imm);
size_t bpf_jump(struct bpf *bpf);
size_t bpf_jump_if(struct bpf *bpf, uint8_t op, uint8_t dst, int32_t imm);
void bpf_call(struct bpf *bpf, int32_t function);
void bpf_map_arg(struct bpf *bpf, int map);
void bpf_stack_arg(struct bpf *bpf, uint8_t reg, int off);
void bpf_return(struct bpf *bpf);

int bpf_map_new(enum bpf_map_type type, size_t key, size_t value, unsigned int entries);
int bpf_map_next(int map, const void *key, void *ret_next);
int bpf_map_get(int map, const void *key, void *ret_value);
int bpf_program_load(const struct bpf *bpf, enum bpf_prog_type type, const char *name);
int bpf_raw_attach(int program, const char *tracepoint);

#endif /* KVMPVCTL_BPF_H */
