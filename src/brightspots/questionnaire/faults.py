"""Faults of a TOML file in words: every one, each with its place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from brightspots.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path, error: type[ConfigError]) -> dict[str, Any]:
    """Read one TOML file, or say where it stops being TOML.

    Raises
    ------
    ConfigError
        Of the given kind: not found, not readable, or not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise error(path.name, ["there is no such file; check the path"]) from None
    except (OSError, UnicodeDecodeError):
        raise error(path.name, ["the file cannot be read as UTF-8 text; save it as a TOML file"]) from None
    except tomllib.TOMLDecodeError as fault:
        raise error(path.name, [f"this is not TOML: {fault}"]) from None


def build(
    model: type[Model],
    raw: dict[str, Any],
    source: str,
    error: type[ConfigError],
    cross_check: Callable[[dict[str, Any]], Sequence[str]] = lambda raw: (),
) -> Model:
    """Make a model from a TOML document, or raise `error` with all its faults together.

    Parameters
    ----------
    model : type
        The pydantic model to make.
    raw : dict
        The document.
    source : str
        Name of the file, for the message.
    error : type of ConfigError
        What to raise.
    cross_check : callable, optional
        Takes the document and returns faults that no single key shows. It must bear malformed input.
    """
    faults: list[str] = []
    made = None
    try:
        made = model.model_validate(raw)
    except ValidationError as errors:
        faults = [_in_words(raw, e) for e in errors.errors(include_url=False, include_context=False)]
    faults += [fault for fault in cross_check(raw) if fault not in faults]
    if faults or made is None:
        raise error(source, faults)
    return made


def _in_words(raw: dict[str, Any], fault: Any) -> str:
    place = _place(raw, fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{place}: unknown key"
    if fault["type"] == "missing":
        return f"{place}: missing, and needed"
    message = fault["msg"].removeprefix("Value error, ")
    return f"{place}: {message[0].lower()}{message[1:]}{_held(fault['input'])}"


def _held(value: Any) -> str:
    return f" (it holds {value!r})" if isinstance(value, str | int | float | bool) else ""


def _place(raw: Any, loc: Sequence[str | int]) -> str:
    words: list[str] = []
    here = raw
    for step in loc:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(step, int):
            name = here.get("id") or here.get("measure") if isinstance(here, dict) else None
            words.append(f"{step + 1}" + (f" ({name})" if name else ""))
        elif step not in {"tuple[str, ...]", "tuple[constrained-str, ...]"} and not step.startswith("dict["):
            words.append(step)
    return " ".join(words) or "the file"
