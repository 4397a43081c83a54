# SPDX-License-Identifier: GPL-2.0-only
# The demo: demo/run prepares, demo/host.sh plays in the lab's host.

demo: ## see kvmpv at work on a stock kernel, in an emulated host (2 to 4 min)
	demo/run

.PHONY: demo
