"""What may leave: the policy, the plan, the audit, the one door out; and tables of counts."""

TYPE_CHECKING = False

__all__ = ["protect_counts"]

if TYPE_CHECKING:
    from brightspots.disclosure.counts import protect_counts


def __getattr__(name: str) -> object:
    if name != "protect_counts":
        raise AttributeError(f"module 'brightspots.disclosure' has no attribute {name!r}")
    from brightspots.disclosure.counts import protect_counts

    return protect_counts
