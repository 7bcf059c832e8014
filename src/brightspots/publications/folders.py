"""Putting files in place whole: a folder of them in one move, or a single one, or neither."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from brightspots.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

NEW, OLD = "new", "old"


def replace_folder(
    target: Path, files: Mapping[str, bytes], ours: Collection[str], check: Callable[[Path], None]
) -> None:
    """Put files in place of what is in a folder, or leave it as it was.

    They are written beside the folder, brought to the disk, and moved into place. A folder that holds these
    very files is left alone, so that it does not matter who has one of them open.

    Parameters
    ----------
    target : Path
    files : mapping of name to bytes
    ours : collection of str
        Names that are ours to take away; all other files of the folder are kept.
    check : callable of Path
        Given the folder with the new files before it is moved; what it raises leaves everything as it was.
    """
    if _holds(target, files, ours):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    fresh, old = beside / NEW, beside / OLD
    try:
        fresh.mkdir()
        for name, content in files.items():
            _write(fresh / name, content)
        check(fresh)
        if target.exists():
            _keep_what_is_not_ours(target, fresh, ours)
        _bring_to_disk(fresh)
        if target.exists():
            target.rename(old)
        try:
            fresh.rename(target)
        except BaseException:
            _put_back(old, target)
            raise
        _bring_to_disk(target.parent)
    finally:
        if target.exists() or not old.exists():
            shutil.rmtree(beside, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Write one file so that there is either the whole new one or the whole old one.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        _write(beside, text.encode())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    _bring_to_disk(path.parent)


def settle(target: Path) -> None:
    """Take away what a process that was killed left beside a folder, and put back a folder that it had moved.

    Only for whoever knows that no other process writes there now.
    """
    if not target.parent.is_dir():
        return
    left = re.compile(rf"\.{re.escape(target.name)}-[a-z0-9_]{{8}}")
    for beside in sorted(target.parent.iterdir()):
        if beside.is_dir() and left.fullmatch(beside.name):
            if not target.exists() and (beside / OLD).exists():
                _put_back(beside / OLD, target)
            shutil.rmtree(beside, ignore_errors=True)


def plainly(error: OSError) -> str:
    """Say in plain words why something could not be written."""
    if isinstance(error, PermissionError):
        return "it is not allowed, or a file in it is open in another program such as Word or Excel"
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return "the disk is full"
    if error.errno == errno.EROFS:
        return "the disk can only be read"
    if isinstance(error, NotADirectoryError | FileExistsError):
        return "a file stands where a folder is needed"
    return (error.strerror or "the system refused").lower()


def _holds(target: Path, files: Mapping[str, bytes], ours: Collection[str]) -> bool:
    """Whether a folder holds these files, byte by byte, and no other of ours."""
    try:
        held = {path.name: path.read_bytes() for path in target.iterdir() if path.name in {*ours, *files}}
    except OSError:
        return False
    return held == dict(files)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _bring_to_disk(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can: Windows cannot, and need not."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _put_back(old: Path, target: Path) -> None:
    if not old.exists():
        return
    try:
        old.rename(target)
    except OSError as error:
        raise OutputError(
            f"{target} could not be replaced, nor put back. The old edition is whole, in {old}: move it back."
        ) from error


def _keep_what_is_not_ours(target: Path, fresh: Path, ours: Collection[str]) -> None:
    for entry in sorted(target.iterdir()):
        if entry.name in ours:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, fresh / entry.name, symlinks=True)
        else:
            shutil.copy2(entry, fresh / entry.name, follow_symlinks=False)
