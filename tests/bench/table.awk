# SPDX-License-Identifier: GPL-2.0-only
# What the tables of benchmarks share; goes in front of their own awk programs.

# sorted(LIST, V): the numbers of LIST, which have spaces between, in order in V[1] ...; how many
function sorted(list, v, n, i, j, t)
{
	n = split(list, v, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) {
			t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
		}
	return n
}

function median(list, v, n)
{
	n = sorted(list, v)
	return v[int((n + 1) / 2)]
}

# read_limits(FILE): limit[CASE] becomes "KIND VALUE"
function read_limits(file, line, f)
{
	while ((getline line < file) > 0) {
		split(line, f, /[ \t]+/)
		if (f[1] !~ /^#/ && f[1] != "")
			limit[f[1]] = f[2] " " f[3]
	}
}
