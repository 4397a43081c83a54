# SPDX-License-Identifier: GPL-2.0-only
# Drops expected lines from a kernel log; patterns= names a file of regular expressions. An expected
# WARNING goes with its trace, up to the end mark. Used on the build machine and in hosts.
BEGIN {
	while ((getline line < patterns) > 0)
		if (line !~ /^(#|$)/)
			allowed[++n] = line
}

/---\[ end trace/ || /WARNING:|BUG:|INFO: task/ { cut = 0 }

{
	for (i = 1; i <= n; i++)
		if ($0 ~ allowed[i]) {
			cut = /WARNING:/
			next
		}
	if (!cut)
		print
}
