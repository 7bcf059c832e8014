"""Benchmarks as a TOML file that `brightspots.load_benchmarks` reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from brightspots.errors import OutputError
from brightspots.questionnaire.faults import quoted

if TYPE_CHECKING:
    from brightspots.findings.benchmarks import Benchmark, Benchmarks


def write_benchmarks(benchmarks: Benchmarks, path: str | Path) -> None:
    """Write benchmarks to a TOML file.

    Parameters
    ----------
    benchmarks : Benchmarks
    path : str or path

    Raises
    ------
    OutputError
        If it cannot be written there.

    Examples
    --------
    >>> import tempfile
    >>> import brightspots as bs
    >>> sheffield = bs.load_benchmarks("sheffield-2021")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_benchmarks(sheffield, f"{folder}/ours.toml")
    ...     bs.load_benchmarks(f"{folder}/ours.toml") == sheffield
    True
    """
    texts = [("about", benchmarks.about), ("licence", benchmarks.licence)]
    head = [f"{name} = {quoted(text)}" for name, text in texts if text]
    blocks = ["\n".join(head), *map(_block, benchmarks.benchmarks)]
    try:
        Path(path).write_text("\n\n".join(filter(None, blocks)) + "\n", encoding="utf-8", newline="\n")
    except OSError:
        raise OutputError(f"{Path(path).name} cannot be written there; check the folder.") from None


def _block(benchmark: Benchmark) -> str:
    """Return one benchmark, without what it leaves out."""
    held = benchmark.model_dump(exclude_defaults=True)
    return "\n".join(["[[benchmark]]", *(f"{name} = {_value(value)}" for name, value in held.items())])


def _value(value: Any) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{quoted(name)} = {_value(one)}' for name, one in value.items())} }}"
    return repr(value)
