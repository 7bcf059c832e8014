"""TOML files that ship with the library, by name: questionnaires, benchmarks and policies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brightspots.errors import ConfigError

DATA = Path(__file__).parent.parent / "data"


def shipped_names(kind: str) -> tuple[str, ...]:
    """Return the names of what ships of one kind, which is the name of its folder.

    Examples
    --------
    >>> shipped_names("questionnaires")
    ('care-leavers', 'children-in-care')
    """
    return tuple(sorted(path.stem for path in (DATA / kind).glob("*.toml")))


def find_toml(name: str | Path, kind: str, error: type[ConfigError]) -> Path:
    """Return the file of a shipped name, or the path that was given instead.

    Raises
    ------
    ConfigError
        Of the given type, if the name is neither.
    """
    if str(name) in shipped_names(kind):
        return DATA / kind / f"{name}.toml"
    if Path(name).suffix:
        return Path(name)
    known = ", ".join(shipped_names(kind))
    raise error(str(name), [f"no {kind} of this name ship; there are: {known}. Or give a path to a .toml"])
