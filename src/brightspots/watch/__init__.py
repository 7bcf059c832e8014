"""The scheduled run: a ledger of flags, what changed since the last run, and why."""
