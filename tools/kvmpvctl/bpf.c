// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small BPF programs put together at run time, and bpf(2).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/syscall.h>

#include "bpf.h"

/**
 * bpf_emit() - add an instruction
 * @bpf: the program
 * @code: operation, as in linux/bpf.h
 * @dst: register
 * @src: register
 * @off: of memory or jump
 * @imm: number in it
 *
 * Return: its place, for bpf_land().
 */
size_t bpf_emit(struct bpf *bpf, uint8_t code, uint8_t dst, uint8_t src, int16_t off, int32_t imm)
{
	size_t at = bpf->n++;

	if (at < BPF_INSNS_MAX)
		bpf->insn[at] = (struct bpf_insn){.code = code,
						  .dst_reg = dst & 15,
						  .src_reg = src & 15,
						  .off = off,
						  .imm = imm};
	return at;
}

/**
 * bpf_land() - let a jump lead to the next instruction
 * @bpf: the program
 * @jump: the place of the jump
 */
void bpf_land(struct bpf *bpf, size_t jump)
{
	if (jump < BPF_INSNS_MAX)
		bpf->insn[jump].off = (int16_t)(bpf->n - jump - 1);
}

/**
 * bpf_move() - @dst = @src
 * @bpf: the program
 * @dst: register
 * @src: register
 */
void bpf_move(struct bpf *bpf, uint8_t dst, uint8_t src)
{
	bpf_alu(bpf, BPF_MOV, dst, src);
}

/**
 * bpf_set() - @dst = @imm
 * @bpf: the program
 * @dst: register
 * @imm: number
 */
void bpf_set(struct bpf *bpf, uint8_t dst, int32_t imm)
{
	bpf_alu_imm(bpf, BPF_MOV, dst, imm);
}

/**
 * bpf_alu() - @dst = @dst @op @src, 64 bits
 * @bpf: the program
 * @op: BPF_ADD, ...
 * @dst: register
 * @src: register
 */
void bpf_alu(struct bpf *bpf, uint8_t op, uint8_t dst, uint8_t src)
{
	bpf_emit(bpf, BPF_ALU64 | BPF_X | op, dst, src, 0, 0);
}

/**
 * bpf_alu_imm() - @dst = @dst @op @imm, 64 bits
 * @bpf: the program
 * @op: BPF_ADD, ...
 * @dst: register
 * @imm: number, extended with its sign
 */
void bpf_alu_imm(struct bpf *bpf, uint8_t op, uint8_t dst, int32_t imm)
{
	bpf_emit(bpf, BPF_ALU64 | BPF_K | op, dst, 0, 0, imm);
}

/**
 * bpf_load() - @dst = what is at @src + @off
 * @bpf: the program
 * @size: BPF_W, BPF_DW, ...
 * @dst: register
 * @src: register
 * @off: bytes
 */
void bpf_load(struct bpf *bpf, uint8_t size, uint8_t dst, uint8_t src, size_t off)
{
	bpf_emit(bpf, BPF_LDX | BPF_MEM | size, dst, src, (int16_t)off, 0);
}

/**
 * bpf_store() - what is at @dst + @off becomes @src
 * @bpf: the program
 * @size: BPF_W, BPF_DW, ...
 * @dst: register
 * @off: bytes
 * @src: register
 */
void bpf_store(struct bpf *bpf, uint8_t size, uint8_t dst, int off, uint8_t src)
{
	bpf_emit(bpf, BPF_STX | BPF_MEM | size, dst, src, (int16_t)off, 0);
}

/**
 * bpf_store_imm() - what is at @dst + @off becomes @imm
 * @bpf: the program
 * @size: BPF_W, BPF_DW, ...
 * @dst: register
 * @off: bytes
 * @imm: number
 */
void bpf_store_imm(struct bpf *bpf, uint8_t size, uint8_t dst, int off, int32_t imm)
{
	bpf_emit(bpf, BPF_ST | BPF_MEM | size, dst, 0, (int16_t)off, imm);
}

/**
 * bpf_jump() - a jump to where bpf_land() says
 * @bpf: the program
 *
 * Return: for bpf_land().
 */
size_t bpf_jump(struct bpf *bpf)
{
	return bpf_emit(bpf, BPF_JMP | BPF_JA, 0, 0, 0, 0);
}

/**
 * bpf_jump_if() - a jump, if @dst @op @imm, to where bpf_land() says
 * @bpf: the program
 * @op: BPF_JEQ, ...
 * @dst: register, 64 bits
 * @imm: number, extended with its sign
 *
 * Return: for bpf_land().
 */
size_t bpf_jump_if(struct bpf *bpf, uint8_t op, uint8_t dst, int32_t imm)
{
	return bpf_emit(bpf, BPF_JMP | BPF_K | op, dst, 0, 0, imm);
}

/**
 * bpf_call() - call one of the kernel's functions: R1 to R5 are gone, R0 is its result
 * @bpf: the program
 * @function: BPF_FUNC_...
 */
void bpf_call(struct bpf *bpf, int32_t function)
{
	bpf_emit(bpf, BPF_JMP | BPF_CALL, 0, 0, 0, function);
}

/**
 * bpf_map_arg() - R1 = a map
 * @bpf: the program
 * @map: its file
 */
void bpf_map_arg(struct bpf *bpf, int map)
{
	bpf_emit(bpf, BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map);
	bpf_emit(bpf, 0, 0, 0, 0, 0);
}

/**
 * bpf_stack_arg() - @reg = an address on the stack
 * @bpf: the program
 * @reg: register
 * @off: from its end, negative
 */
void bpf_stack_arg(struct bpf *bpf, uint8_t reg, int off)
{
	bpf_move(bpf, reg, BPF_REG_10);
	bpf_alu_imm(bpf, BPF_ADD, reg, off);
}

/**
 * bpf_return() - end with 1: whoever else has perf record the event gets it
 * @bpf: the program
 */
void bpf_return(struct bpf *bpf)
{
	bpf_set(bpf, BPF_REG_0, 1);
	bpf_emit(bpf, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static int bpf(enum bpf_cmd cmd, union bpf_attr *attr, size_t size)
{
	long ret = syscall(SYS_bpf, cmd, attr, size);

	return ret < 0 ? -errno : (int)ret;
}

/**
 * bpf_map_new() - make a map
 * @type: of which kind
 * @key: bytes of a key
 * @value: bytes of a value
 * @entries: room, taken now
 *
 * Return: its file, or -errno.
 */
int bpf_map_new(enum bpf_map_type type, size_t key, size_t value, unsigned int entries)
{
	union bpf_attr attr = {
		.map_type = type,
		.key_size = (uint32_t)key,
		.value_size = (uint32_t)value,
		.max_entries = entries,
	};

	return bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
}

/**
 * bpf_map_next() - go through a map
 * @map: its file
 * @key: where we are, NULL for the start
 * @ret_next: the next key
 *
 * Return: 0 or -errno, -ENOENT at the end.
 */
int bpf_map_next(int map, const void *key, void *ret_next)
{
	union bpf_attr attr = {
		.map_fd = (uint32_t)map,
		.key = (uintptr_t)key,
		.next_key = (uintptr_t)ret_next,
	};

	return bpf(BPF_MAP_GET_NEXT_KEY, &attr, sizeof(attr));
}

/**
 * bpf_map_get() - look a key up
 * @map: its file
 * @key: the key
 * @ret_value: room for the value
 *
 * Return: 0 or -errno.
 */
int bpf_map_get(int map, const void *key, void *ret_value)
{
	union bpf_attr attr = {
		.map_fd = (uint32_t)map,
		.key = (uintptr_t)key,
		.value = (uintptr_t)ret_value,
	};

	return bpf(BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr));
}

/**
 * bpf_program_load() - give a program to the kernel, which checks it
 * @program: the program
 * @type: for what
 * @name: for bpftool
 *
 * Return: its file, or -errno.
 */
int bpf_program_load(const struct bpf *program, enum bpf_prog_type type, const char *name)
{
	union bpf_attr attr = {
		.prog_type = type,
		.insns = (uintptr_t)program->insn,
		.insn_cnt = (uint32_t)program->n,
		.license = (uintptr_t) "GPL",
	};

	if (program->n > BPF_INSNS_MAX)
		return -E2BIG;
	snprintf(attr.prog_name, sizeof(attr.prog_name), "%s", name);
	return bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

/**
 * bpf_raw_attach() - run a program wherever a tracepoint is passed, without a record of it
 * @program: its file, of BPF_PROG_TYPE_RAW_TRACEPOINT
 * @tracepoint: its name
 *
 * Return: the file of the link, or -errno.
 */
int bpf_raw_attach(int program, const char *tracepoint)
{
	union bpf_attr attr = {
		.raw_tracepoint = {.name = (uintptr_t)tracepoint, .prog_fd = (uint32_t)program},
	};

	return bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}
