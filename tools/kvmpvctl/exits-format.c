// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the running kernel says of KVM's tracepoints: their numbers, where their fields are, and
 * what it calls the reasons for exits. So kvmpvctl needs no list of its own, which would be older
 * than the kernel.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "sysfs.h"

const char *const exit_events[EXIT_EVENTS] = {
	[EXIT_EVENT_ENTRY] = "kvm_entry", [EXIT_EVENT_USER] = "kvm_userspace_exit",
	[EXIT_EVENT_MSR] = "kvm_msr",	  [EXIT_EVENT_MMIO] = "kvm_mmio",
	[EXIT_EVENT_EXIT] = "kvm_exit",
};

const char *const exit_kinds[EXIT_KINDS] = {
	[EXIT_KIND_NONE] = "none",
	[EXIT_KIND_PORT_IN] = "port-in",
	[EXIT_KIND_PORT_OUT] = "port-out",
	[EXIT_KIND_MSR_READ] = "msr-read",
	[EXIT_KIND_MSR_WRITE] = "msr-write",
	[EXIT_KIND_MMIO_READ] = "mmio-read",
	[EXIT_KIND_MMIO_WRITE] = "mmio-write",
};

/**
 * parse_format_field() - where a field is in a tracepoint's record
 * @text: the tracepoint's ``format``
 * @field: its name
 * @size: bytes it has to have
 * @ret_offset: where it is
 *
 * Return: 0, -ENOENT when there is none, -EBADMSG when it is not as expected.
 */
int parse_format_field(const char *text, const char *field, size_t size, size_t *ret_offset)
{
	size_t len = strlen(field);
	unsigned long offset, bytes;
	char *end;

	for (text = strstr(text, "\tfield:"); text; text = strstr(text + 1, "\tfield:")) {
		size_t declaration = strcspn(text + 1, ";\n");
		const char *name = text + 1 + declaration - len;

		if (text[1 + declaration] != ';' || declaration <= len || name[-1] != ' ' ||
		    strncmp(name, field, len))
			continue;
		text += 1 + declaration;
		if (strncmp(text, ";\toffset:", 9))
			return -EBADMSG;
		offset = strtoul(text + 9, &end, 10);
		if (end == text + 9 || strncmp(end, ";\tsize:", 7))
			return -EBADMSG;
		bytes = strtoul(end + 7, &end, 10);
		if (*end != ';' || bytes != size || offset % size || offset > 1024)
			return -EBADMSG;
		*ret_offset = offset;
		return 0;
	}
	return -ENOENT;
}

/* "{ 0x040 + 14, "PF excp" }": NULL when @text is not the start of such a pair */
static const char *parse_pair_name(const char *text, uint32_t *ret_value, const char **ret_name,
				   size_t *ret_len)
{
	long long value;
	char *end;

	text += strspn(text, " ,");
	if (*text != '{')
		return NULL;
	value = strtoll(text + 1, &end, 0);
	if (!strncmp(end, " + ", 3))
		value += strtoll(end + 3, &end, 0);
	if (strncmp(end, ", \"", 3))
		return NULL;
	*ret_name = end + 3;
	*ret_len = strcspn(*ret_name, "\"\n");
	if (strncmp(*ret_name + *ret_len, "\" }", 3))
		return NULL;
	*ret_value = (uint32_t)value;
	return *ret_name + *ret_len + 3;
}

/**
 * parse_format_name() - what the kernel calls a reason
 * @text: ``format`` of kvm_exit
 * @svm: AMD's reasons, else Intel's
 * @reason: the reason
 * @ret: its name, in capitals as Intel's are; untouched when there is none
 *
 * Return: whether it has one.
 */
bool parse_format_name(const char *text, bool svm, uint32_t reason, char ret[EXIT_NAME_SIZE])
{
	static const char list[] = "__print_symbolic(REC->exit_reason";
	const char *name;
	uint32_t value;
	size_t len;

	text = strstr(text, list);
	if (text && svm)
		text = strstr(text + 1, list);
	if (!text)
		return false;
	text += strcspn(text, ",\n");
	while (*text && (text = parse_pair_name(text, &value, &name, &len))) {
		if (value != reason || !len)
			continue;
		len = len < EXIT_NAME_SIZE ? len : EXIT_NAME_SIZE - 1;
		for (size_t i = 0; i < len; i++) {
			bool lower = name[i] >= 'a' && name[i] <= 'z';

			ret[i] = (char)(lower ? name[i] - 'a' + 'A' : name[i]);
			if (name[i] <= ' ' || name[i] > '~')
				ret[i] = '_';
		}
		ret[len] = '\0';
		return true;
	}
	return false;
}

static int event_file(const struct ctl *ctl, enum exit_event event, const char *name,
		      const char **ret_text)
{
	char path[96];
	struct dir dir;
	int err;

	snprintf(path, sizeof(path), "sys/kernel/tracing/events/kvm/%s", exit_events[event]);
	err = dir_open_root(ctl, path, &dir);
	if (err == -ENOENT) {
		snprintf(path, sizeof(path), "sys/kernel/debug/tracing/events/kvm/%s",
			 exit_events[event]);
		err = dir_open_root(ctl, path, &dir);
	}
	if (err)
		return err;
	err = file_read(dir.fd, name, ret_text);
	dir_close(&dir);
	return err;
}

/**
 * exit_event_id() - a tracepoint's number, for perf_event_open(2)
 * @ctl: the run
 * @event: the tracepoint
 * @ret_id: its number
 *
 * Return: 0 or -errno.
 */
int exit_event_id(const struct ctl *ctl, enum exit_event event, unsigned int *ret_id)
{
	const char *text;
	uint64_t id;
	int err;

	err = event_file(ctl, event, "id", &text);
	if (err)
		return err;
	err = parse_u64(text, strcspn(text, "\n"), &id);
	if (err || id > UINT32_MAX)
		return -EBADMSG;
	*ret_id = (unsigned int)id;
	return 0;
}

/**
 * exit_format() - how KVM describes a tracepoint
 * @ctl: the run
 * @event: the tracepoint
 * @ret_text: its ``format``, valid until the next file is read
 *
 * Return: 0 or -errno.
 */
int exit_format(const struct ctl *ctl, enum exit_event event, const char **ret_text)
{
	return event_file(ctl, event, "format", ret_text);
}

/**
 * exit_layout_read() - where the fields of KVM's tracepoints are
 * @ctl: the run
 * @svm: this is AMD's KVM
 * @ret_layout: where they are
 *
 * Return: 0 or -errno.
 */
int exit_layout_read(const struct ctl *ctl, bool svm, struct exit_layout *ret_layout)
{
	struct exit_layout *layout = ret_layout;
	const struct {
		enum exit_event event;
		const char *field;
		size_t size;
		size_t *ret;
	} fields[] = {
		{EXIT_EVENT_EXIT, "exit_reason", 4, &layout->reason},
		{EXIT_EVENT_EXIT, "info1", 8, &layout->info1},
		{EXIT_EVENT_MSR, "ecx", 4, &layout->msr},
		{EXIT_EVENT_MSR, "write", 4, &layout->msr_write},
		{EXIT_EVENT_MMIO, "gpa", 8, &layout->mmio},
		{EXIT_EVENT_MMIO, "type", 4, &layout->mmio_type},
	};
	const char *text;

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		int err = exit_format(ctl, fields[i].event, &text);

		if (!err)
			err = parse_format_field(text, fields[i].field, fields[i].size,
						 fields[i].ret);
		if (err)
			return err;
	}
	layout->svm = svm;
	return 0;
}
