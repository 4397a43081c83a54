// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of the cr3 cache in a guest: is it offered and used, how is it built into the kernel.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "doctor.h"
#include "sysfs.h"

/**
 * cr3_code_read() - how the cr3 cache is built into this guest
 * @ctl: the run
 * @ret_code: what is there
 */
void cr3_code_read(struct ctl *ctl, struct cr3_code *ret_code)
{
	struct cr3_code code = {.known = false};
	struct dir dir;
	const char *text;
	char word[16];
	int err;

	if (dir_open_root(ctl, side_defs[SIDE_GUEST].sysfs, &dir))
		return;
	err = file_read(dir.fd, "cr3_cache", &text);
	if (!err)
		err = parse_pair(text, "mechanism", code.mechanism, sizeof(code.mechanism)) ?:
		      parse_pair(text, "sites", word, sizeof(word)) ?:
		      parse_u64(word, strlen(word), &code.sites) ?:
		      parse_pair(text, "pti", word, sizeof(word)) ?:
		      parse_bool(word, &code.pti) ?:
		      parse_pair(text, "flush_hook", word, sizeof(word)) ?:
		      parse_bool(word, &code.flush);
	if (err && err != -ENOENT)
		problem_add(ctl, -err, "%s/cr3_cache", dir.path);
	dir_close(&dir);
	if (err)
		return;
	code.known = true;
	*ret_code = code;
}

static bool guest_active(const struct guest *guest)
{
	return guest->module.loaded && !strcmp(guest->module.state, "active");
}

static bool guest_uses(const struct evidence *evidence)
{
	const struct guest *guest = &evidence->status.guest;

	return guest_active(guest) && guest->used & cr3_bit(evidence);
}

/**
 * check_cr3_guest() - is the cr3 cache offered to this guest, and used
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_GUEST
 * @ret_finding: the verdict
 *
 * Return: false when kvmpv is not active, which check_module() has said.
 */
bool check_cr3_guest(struct ctl *ctl, const struct evidence *evidence, enum side side,
		     struct finding *ret_finding)
{
	const struct guest *guest = &evidence->status.guest;
	uint64_t bit = cr3_bit(evidence);
	const char *reason = "the module does not say why";

	if (!guest_active(guest))
		return false;
	if (!(guest->features & bit))
		return feature_missing(side, guest->features, CR3_FEATURE, ret_finding);
	if (!guest->offered_known || !guest->used_known)
		return report(ret_finding, VERDICT_WARN, "what could not be read is named below",
			      "whether it is offered and used cannot be seen");
	if (guest->used & bit)
		return report(ret_finding, VERDICT_PASS, NULL, "offered by the host, and used");
	if (!(guest->offered & bit))
		return report(ret_finding, VERDICT_PASS, NULL,
			      "the host does not offer it; only a host without EPT needs it");
	if (guest->allowed.known & bit && !(guest->allowed.on & bit))
		return report(ret_finding, VERDICT_WARN, "kvmpvctl enable --guest " CR3_FEATURE,
			      "the host offers it, and it is switched off here");
	if (guest->reasons.known & bit && *guest->reasons.text[__builtin_ctzll(bit)])
		reason = guest->reasons.text[__builtin_ctzll(bit)];
	return report(ret_finding, VERDICT_FAIL, "journalctl -k -g kvmpv may say more",
		      "the host offers it, it is switched on, and not in use: %s", reason);
}

/**
 * check_cr3_code() - how does the kernel get to the window
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_GUEST
 * @ret_finding: the verdict
 *
 * Return: false when the cache is not in use.
 */
bool check_cr3_code(struct ctl *ctl, const struct evidence *evidence, enum side side,
		    struct finding *ret_finding)
{
	const struct cr3_code *code = &evidence->code;
	const char *s = code->sites == 1 ? "" : "s";

	if (!guest_uses(evidence))
		return false;
	if (!code->known)
		return report(ret_finding, VERDICT_WARN, "kvmpvctl version: is the module older?",
			      "how it is built in cannot be seen");
	if (!code->sites || !strcmp(code->mechanism, "none"))
		return report(ret_finding, VERDICT_FAIL, "journalctl -k -g kvmpv may say more",
			      "it is in use, and no instruction of the kernel leads to it");
	if (!strcmp(code->mechanism, "jump"))
		return report(ret_finding, VERDICT_PASS, NULL,
			      "%" PRIu64 " instruction%s of the kernel jump%s to it", code->sites,
			      s, code->sites == 1 ? "s" : "");
	return report(ret_finding, VERDICT_WARN,
		      "echo auto > /sys/module/kvmpv_guest/parameters/cr3_patch, and switch it off "
		      "and on again; journalctl -k -g kvmpv may say more",
		      "%" PRIu64 " instruction%s of the kernel get%s to it by %s, which costs "
		      "more than a jump",
		      code->sites, s, code->sites == 1 ? "s" : "", code->mechanism);
}

/**
 * check_cr3_flush() - do flushes of the TLB still exit
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_GUEST
 * @ret_finding: the verdict
 *
 * Return: false when the cache is not in use, or not known; with PTI, where they always do.
 */
bool check_cr3_flush(struct ctl *ctl, const struct evidence *evidence, enum side side,
		     struct finding *ret_finding)
{
	if (!guest_uses(evidence) || !evidence->code.known || evidence->code.pti)
		return false;
	if (evidence->code.flush)
		return report(ret_finding, VERDICT_PASS, NULL,
			      "flushes of the local TLB use it too");
	return report(ret_finding, VERDICT_WARN, "journalctl -k -g kvmpv may say why",
		      "flushes of the local TLB load CR3 past it: each is an exit");
}

/**
 * check_cr3_pti() - does page-table isolation cost what the cache saves
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_GUEST
 * @ret_finding: the verdict
 *
 * Return: false when the cache is not in use, or not known.
 */
bool check_cr3_pti(struct ctl *ctl, const struct evidence *evidence, enum side side,
		   struct finding *ret_finding)
{
	if (!guest_uses(evidence) || !evidence->code.known)
		return false;
	if (!evidence->code.pti)
		return report(ret_finding, VERDICT_PASS, NULL,
			      "PTI is off: entries to the kernel do not write CR3");
	return report(
		ret_finding, VERDICT_WARN,
		"kvmpvctl disable --guest cr3-cache; a CPU that is not open to Meltdown needs no "
		"PTI, elsewhere nopti gives up protection, a decision about security, not speed",
		"PTI is on: each entry to and exit from the kernel writes CR3 in entry code "
		"that kvmpv leaves alone; with shadow paging each of those is an exit, and the "
		"cache costs more than it saves (2 to 6 per cent of a switch)");
}
