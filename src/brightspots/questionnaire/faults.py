"""TOML files: read, written, and their faults in words, every one with its place."""

from __future__ import annotations

import json
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


def quoted(text: str) -> str:
    """Return a TOML string, which is JSON's but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


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
        found = errors.errors(include_url=False)
        faults = [_in_words(raw, fault) for fault in found if not _told_within(fault, found)]
    faults = list(dict.fromkeys([*faults, *cross_check(raw)]))
    if faults or made is None:
        raise error(source, faults)
    return made


PLAIN = {
    "string_type": "should be text",
    "string_too_short": "should not be empty",
    "tuple_type": "should be a list",
    "dict_type": "should be a table",
    "model_type": "should be a table",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
    "finite_number": "should be a whole number",
}


def _told_within(fault: Any, faults: Sequence[Any]) -> bool:
    """Whether a list is called too short only because one of its items is wrong, which is told already."""
    loc = fault["loc"]
    return fault["type"] == "too_short" and any(
        len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in faults
    )


def _in_words(raw: dict[str, Any], fault: Any) -> str:
    kind = fault["type"]
    place = _place(raw, fault["loc"], missing=kind == "missing")
    if kind == "extra_forbidden":
        return f"{place}: unknown key"
    if kind == "missing":
        return f"{place}: missing, and needed"
    if kind == "too_short":
        return f"{place}: should hold at least {fault['ctx']['min_length']}"
    if kind == "too_long":
        return f"{place}: should hold no more than {fault['ctx']['max_length']}"
    message = PLAIN.get(kind, fault["msg"].removeprefix("Value error, ").removeprefix("Input "))
    return f"{place}: {message[0].lower()}{message[1:]}{_held(fault['input'])}"


def _held(value: Any) -> str:
    return f" (it holds {value!r})" if isinstance(value, str | int | float | bool) else ""


def _place(raw: Any, loc: Sequence[str | int], *, missing: bool) -> str:
    """Name the way to a fault by keys, and by position and id in lists.

    A step that is not in the document is the key that is missing, or pydantic's name for one kind of value
    out of several, which nobody needs to read.
    """
    words: list[str] = []
    here = raw
    for step in loc:
        try:
            inner = here[step]
        except (KeyError, IndexError, TypeError):
            if missing and step == loc[-1]:
                words.append(str(step + 1 if isinstance(step, int) else step))
            continue
        here = inner
        if isinstance(step, int):
            name = here.get("id") or here.get("measure") if isinstance(here, dict) else None
            words.append(f"{step + 1}" + (f" ({name})" if isinstance(name, str) else ""))
        else:
            words.append(step)
    return " ".join(words) or "the file"
