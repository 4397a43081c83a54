// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reader of BTF (Documentation/bpf/btf.rst), for two questions: what is this function's
 * prototype, where is this member. The kernel has a parser of its own, but exports next to
 * nothing of it.
 *
 * The data is the kernel's, yet every offset is checked: a damaged file gives an error, not a
 * crash.
 */
#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#endif
#include <linux/btf.h>

#include "btf.h"

/* Up to the last member read here: newer kernels declare more than older files have. */
#define HEADER_MIN (offsetof(struct btf_header, str_len) + sizeof(u32))

#define DEPTH_MAX 16 /* of typedefs, pointers, nested structures: more is damage */

struct text {
	char *buf;
	size_t size, len;
};

static int render_type(const struct kvmpv_btf *btf, u32 id, struct text *text, int depth);

/* Bytes that follow struct btf_type, or -EINVAL for a kind this reader does not know. */
static long extra_bytes(const struct btf_type *type)
{
	u32 vlen = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return sizeof(u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return vlen * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return vlen * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return vlen * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return vlen * sizeof(struct btf_var_secinfo);
	default:
		return -EINVAL;
	}
}

/* The sections of one BTF file, checked to lie inside it and strings to end in a NUL. */
static int open_file(const void *data, size_t len, const char **ret_types, u32 *ret_types_len,
		     const char **ret_strings, u32 *ret_strings_len)
{
	const struct btf_header *header = data;
	size_t room;

	if (len < HEADER_MIN || header->magic != BTF_MAGIC || header->hdr_len < HEADER_MIN ||
	    header->hdr_len > len || header->hdr_len % sizeof(u32) ||
	    header->type_off % sizeof(u32))
		return -EINVAL;
	room = len - header->hdr_len;
	if (header->type_off > room || header->type_len > room - header->type_off ||
	    header->str_off > room || header->str_len > room - header->str_off || !header->str_len)
		return -EINVAL;
	*ret_types = (const char *)data + header->hdr_len + header->type_off;
	*ret_types_len = header->type_len;
	*ret_strings = (const char *)data + header->hdr_len + header->str_off;
	*ret_strings_len = header->str_len;
	return (*ret_strings)[header->str_len - 1] ? -EINVAL : 0;
}

/* Count the types of a section, and write where each is when @types is given. */
static long walk(const char *section, u32 len, const void **types)
{
	u32 pos = 0;
	long nr = 0;

	while (pos < len) {
		const struct btf_type *type = (const void *)(section + pos);
		long extra;

		if (len - pos < sizeof(*type))
			return -EINVAL;
		extra = extra_bytes(type);
		if (extra < 0 || (u32)extra > len - pos - sizeof(*type))
			return -EINVAL;
		if (types)
			types[nr] = type;
		pos += sizeof(*type) + extra;
		nr++;
	}
	return nr;
}

/**
 * kvmpv_btf_parse() - index vmlinux's BTF and a module's on top of it
 * @btf: filled in; points into @base and @split, which must stay
 * @base: content of /sys/kernel/btf/vmlinux
 * @base_len: its length
 * @split: content of /sys/kernel/btf/MODULE, NULL for none
 * @split_len: its length
 *
 * Context: process, may sleep.
 *
 * Return: 0, -EINVAL when it is damaged or has unknown kinds, -ENOMEM.
 */
int kvmpv_btf_parse(struct kvmpv_btf *btf, const void *base, size_t base_len, const void *split,
		    size_t split_len)
{
	const char *section[2] = {NULL, NULL};
	u32 section_len[2] = {0, 0};
	long nr[2] = {0, 0};
	int i, ret;

	memset(btf, 0, sizeof(*btf));
	for (i = 0; i < (split ? 2 : 1); i++) {
		ret = open_file(i ? split : base, i ? split_len : base_len, &section[i],
				&section_len[i], &btf->strings[i], &btf->strings_len[i]);
		if (ret)
			return ret;
		nr[i] = walk(section[i], section_len[i], NULL);
		if (nr[i] < 0)
			return nr[i];
	}
	btf->types = kvmalloc_array(1 + nr[0] + nr[1], sizeof(*btf->types), GFP_KERNEL);
	if (!btf->types)
		return -ENOMEM;
	btf->types[0] = NULL; /* void */
	walk(section[0], section_len[0], btf->types + 1);
	if (split)
		walk(section[1], section_len[1], btf->types + 1 + nr[0]);
	btf->nr_base = 1 + nr[0];
	btf->nr_types = 1 + nr[0] + nr[1];
	return 0;
}

/**
 * kvmpv_btf_free() - give back what kvmpv_btf_parse() allocated
 * @btf: the index; the files it points into are the caller's
 */
void kvmpv_btf_free(struct kvmpv_btf *btf)
{
	kvfree(btf->types);
	btf->types = NULL;
	btf->nr_types = 0;
}

static const struct btf_type *type_at(const struct kvmpv_btf *btf, u32 id)
{
	return id && id < btf->nr_types ? btf->types[id] : NULL;
}

static const char *string_at(const struct kvmpv_btf *btf, u32 offset)
{
	if (offset < btf->strings_len[0])
		return btf->strings[0] + offset;
	offset -= btf->strings_len[0];
	return offset < btf->strings_len[1] ? btf->strings[1] + offset : "";
}

/* The module's own types are asked first: it may know whole what vmlinux only declares. */
static u32 find(const struct kvmpv_btf *btf, const char *name, u32 kind)
{
	u32 id;

	for (id = btf->nr_types; id-- > 1;) {
		const struct btf_type *type = btf->types[id];

		if (BTF_INFO_KIND(type->info) == kind &&
		    !strcmp(string_at(btf, type->name_off), name))
			return id;
	}
	return 0;
}

/* Look through typedefs and qualifiers. NULL for void and for damage. */
static const struct btf_type *resolve(const struct kvmpv_btf *btf, u32 id)
{
	int depth;

	for (depth = 0; depth < DEPTH_MAX; depth++) {
		const struct btf_type *type = type_at(btf, id);

		if (!type)
			return NULL;
		switch (BTF_INFO_KIND(type->info)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = type->type;
			break;
		default:
			return type;
		}
	}
	return NULL;
}

static void add(struct text *text, const char *what)
{
	text->len += scnprintf(text->buf + text->len, text->size - text->len, "%s", what);
}

static void render_int(const struct btf_type *type, struct text *text)
{
	u32 encoding = BTF_INT_ENCODING(*(const u32 *)(type + 1));
	char name[8];

	if (encoding & BTF_INT_BOOL) {
		add(text, "bool");
		return;
	}
	scnprintf(name, sizeof(name), "%c%u", encoding & BTF_INT_SIGNED ? 's' : 'u',
		  type->size * 8);
	add(text, name);
}

static int render_function(const struct kvmpv_btf *btf, const struct btf_type *type,
			   struct text *text, int depth)
{
	const struct btf_param *param = (const void *)(type + 1);
	u32 i, nr = BTF_INFO_VLEN(type->info);
	int ret = render_type(btf, type->type, text, depth + 1);

	add(text, "(");
	for (i = 0; i < nr && !ret; i++) {
		if (i)
			add(text, ",");
		ret = render_type(btf, param[i].type, text, depth + 1);
	}
	add(text, ")");
	return ret;
}

static int render_type(const struct kvmpv_btf *btf, u32 id, struct text *text, int depth)
{
	const struct btf_type *type = resolve(btf, id);
	int ret = 0;

	if (depth > DEPTH_MAX)
		return -EINVAL;
	if (!type) {
		add(text, "void");
		return 0;
	}
	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
		render_int(type, text);
		break;
	case BTF_KIND_PTR:
		ret = render_type(btf, type->type, text, depth + 1);
		add(text, "*");
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		add(text, "enum");
		break;
	case BTF_KIND_FUNC_PROTO:
		ret = render_function(btf, type, text, depth);
		break;
	default:
		add(text, string_at(btf, type->name_off));
	}
	return ret;
}

/**
 * kvmpv_btf_prototype() - print a function's prototype
 * @btf: the type information
 * @function: its name
 * @text: buffer for the prototype, in the form of struct kvmpv_btf_function
 * @size: its size; a longer prototype is cut
 *
 * Return: 0, -ENOENT when there is no such function, -EINVAL for damaged data.
 */
int kvmpv_btf_prototype(const struct kvmpv_btf *btf, const char *function, char *text, size_t size)
{
	struct text out = {.buf = text, .size = size};
	u32 id = find(btf, function, BTF_KIND_FUNC);
	const struct btf_type *proto;

	if (!id)
		return -ENOENT;
	proto = type_at(btf, type_at(btf, id)->type);
	if (!proto || BTF_INFO_KIND(proto->info) != BTF_KIND_FUNC_PROTO)
		return -EINVAL;
	text[0] = '\0';
	return render_function(btf, proto, &out, 0);
}

static u64 type_size(const struct kvmpv_btf *btf, u32 id, int depth)
{
	const struct btf_type *type = resolve(btf, id);
	const struct btf_array *array;

	if (!type || depth > DEPTH_MAX)
		return 0;
	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_FLOAT:
		return type->size;
	case BTF_KIND_PTR:
		return sizeof(void *);
	case BTF_KIND_ARRAY:
		array = (const void *)(type + 1);
		return array->nelems * type_size(btf, array->type, depth + 1);
	default:
		return 0;
	}
}

/*
 * Find a member by name, also inside anonymous structures and unions. Adds its offset in bits to
 * @bits. Returns its type, 0 when there is none.
 */
static u32 find_member(const struct kvmpv_btf *btf, const struct btf_type *type, const char *name,
		       size_t len, u64 *bits, int depth)
{
	const struct btf_member *member = (const void *)(type + 1);
	bool bitfields = BTF_INFO_KFLAG(type->info);
	u32 i, nr = BTF_INFO_VLEN(type->info), id;

	if (depth > DEPTH_MAX)
		return 0;
	for (i = 0; i < nr; i++) {
		const char *found = string_at(btf, member[i].name_off);
		u32 offset = bitfields ? BTF_MEMBER_BIT_OFFSET(member[i].offset) : member[i].offset;
		const struct btf_type *inner;

		if (!strncmp(found, name, len) && !found[len]) {
			/* A bit field has no address: let it not be found. */
			if (bitfields && BTF_MEMBER_BITFIELD_SIZE(member[i].offset))
				return 0;
			*bits += offset;
			return member[i].type;
		}
		inner = found[0] ? NULL : resolve(btf, member[i].type);
		if (!inner || (BTF_INFO_KIND(inner->info) != BTF_KIND_STRUCT &&
			       BTF_INFO_KIND(inner->info) != BTF_KIND_UNION))
			continue;
		id = find_member(btf, inner, name, len, bits, depth + 1);
		if (id) {
			*bits += offset;
			return id;
		}
	}
	return 0;
}

/**
 * kvmpv_btf_member() - where a member of a structure is
 * @btf: the type information
 * @type: name of the structure
 * @path: the member, "arch.pv.pv_unhalted"
 * @ret_offset: its offset in bytes; untouched on error
 * @ret_size: its size in bytes; untouched on error
 *
 * Return: 0, -ENOENT when there is no such structure or member.
 */
int kvmpv_btf_member(const struct kvmpv_btf *btf, const char *type, const char *path,
		     u32 *ret_offset, u32 *ret_size)
{
	u32 id = find(btf, type, BTF_KIND_STRUCT);
	u64 bits = 0, size;

	if (!id)
		return -ENOENT;
	for (;;) {
		const char *dot = strchr(path, '.');
		size_t len = dot ? (size_t)(dot - path) : strlen(path);
		const struct btf_type *outer = resolve(btf, id);

		if (!outer || (BTF_INFO_KIND(outer->info) != BTF_KIND_STRUCT &&
			       BTF_INFO_KIND(outer->info) != BTF_KIND_UNION))
			return -ENOENT;
		id = find_member(btf, outer, path, len, &bits, 0);
		if (!id)
			return -ENOENT;
		if (!dot)
			break;
		path = dot + 1;
	}
	size = type_size(btf, id, 0);
	*ret_offset = bits / 8;
	*ret_size = size;
	return 0;
}
