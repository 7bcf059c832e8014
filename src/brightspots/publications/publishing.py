"""Writing a release to a folder, all of it or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from brightspots.disclosure.release import Release
from brightspots.errors import ArgumentError, OutputError, ReleaseError
from brightspots.publications.attack import attack
from brightspots.publications.claim import EDITION
from brightspots.publications.contents import Contents
from brightspots.publications.document import Report
from brightspots.publications.folders import plainly, replace_folder
from brightspots.publications.html import to_html
from brightspots.publications.infographic import to_scorecard_page
from brightspots.publications.report import arrange
from brightspots.publications.style import PLAIN, load_style
from brightspots.publications.text import (
    to_comparisons_csv,
    to_figures_csv,
    to_goes_with_csv,
    to_groups_csv,
    to_json,
    to_last_time_csv,
    to_markdown,
    to_own_csv,
    to_scorecard_csv,
    to_statutory_csv,
)


class Edition:
    """A release on its way to files: arranged once, whatever the formats.

    Attributes
    ----------
    release : Release
    contents : Contents
    template : Path or None
        The Word document whose styles are used.
    will_do : mapping of str to sequence of str
        By age band, what the page for young people says will be done.
    """

    def __init__(
        self,
        release: Release,
        template: Path | None = None,
        style: str | Path = PLAIN,
        will_do: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.release = release
        self.contents = Contents(release, load_style(style))
        self.template = template
        self.will_do = will_do or {}

    @cached_property
    def report(self) -> Report:
        """The report that HTML, Word and Markdown show."""
        return arrange(self.contents)


def _word(edition: Edition) -> bytes:
    from brightspots.publications.word import to_docx

    return to_docx(edition.report, edition.template)


def _workbook(edition: Edition) -> bytes:
    from brightspots.publications.workbook import to_xlsx

    return to_xlsx(edition.contents, edition.report.title)


def _young(edition: Edition) -> str:
    from brightspots.publications.young_people import to_young_html

    return to_young_html(edition.contents, edition.will_do)


def _csv(write: Callable[[Contents], str], edition: Edition) -> str | None:
    """Return a CSV file; None where it would hold a heading and no row."""
    text = write(edition.contents)
    return text if text.count("\n") > 1 else None


CSV_FILES: dict[str, Callable[[Contents], str]] = {
    "figures.csv": to_figures_csv,
    "comparisons.csv": to_comparisons_csv,
    "groups.csv": to_groups_csv,
    "goes-with.csv": to_goes_with_csv,
    "groups-last-time.csv": to_last_time_csv,
    "statutory.csv": to_statutory_csv,
    "own-children.csv": to_own_csv,
    "scorecard.csv": to_scorecard_csv,
}
FORMATS: dict[str, dict[str, Callable[[Edition], str | bytes | None]]] = {
    "html": {
        "report.html": lambda edition: to_html(edition.report),
        "scorecard.html": lambda edition: to_scorecard_page(edition.contents),
    },
    "young": {"young-people.html": _young},
    "docx": {"report.docx": _word},
    "xlsx": {"figures.xlsx": _workbook},
    "md": {"report.md": lambda edition: to_markdown(edition.report)},
    "csv": {name: partial(_csv, write) for name, write in CSV_FILES.items()},
    "json": {"figures.json": lambda edition: to_json(edition.contents)},
}
"""The files of each format, and what writes them: None where there is nothing to write."""


def publish(
    release: Release,
    folder: str | Path,
    *,
    formats: Sequence[str] = tuple(FORMATS),
    template: str | Path | None = None,
    style: str | Path = PLAIN,
    will_do: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Path, ...]:
    """Write a release to a folder, in the formats wanted, and the edition for later audits.

    Everything is written beside the folder first and then moved into place, so that there is either the whole
    new edition or the whole old one. The same release gives the same bytes; a folder that holds them is left
    alone.

    Parameters
    ----------
    release : Release
        What `brightspots.release` let out; nothing else is accepted.
    folder : str or path
        Where to. A folder that holds something is replaced only if it holds our ``release.json``; files in it
        that are not ours are kept.
    formats : sequence of {"html", "young", "docx", "xlsx", "md", "csv", "json"}
        All by default; ``release.json`` is always written.
    template : str or path, optional
        A Word document: its styles, page, header and footer are used for ``report.docx``, and nothing else
        that is in it. Take a ``report.docx`` written without one to start from.
    style : str or path, default "plain"
        The words of verdicts, headings and sentences: a shipped style (``plain``, ``bright-spots``), or the
        path of a TOML file of your own.
    will_do : mapping of str to sequence of str, optional
        By age band (``all`` for everybody), what the pages for young people say will be done, in the
        council's own words. Where nothing is given, they invite the reader to say what should be.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    ArgumentError
        If `release` is not a Release, or a format is not known.
    ConfigError
        If the template cannot be read, or lacks styles: all of them are named.
    StyleError
        With every fault of the style file.
    OutputError
        If the folder holds something else, or cannot be written.
    ReleaseError
        If the files, read back before they are moved into place, say more than was released.

    Examples
    --------
    >>> import tempfile
    >>> import brightspots as bs
    >>> out = bs.release(bs.estimate(bs.make_survey(seed=1), measures=["nature"]))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in bs.publish(out, f"{folder}/report", formats=["md"])]
    ['report.md', 'release.json']
    """
    if not isinstance(release, Release):
        raise ArgumentError(
            f"publish takes a Release, which brightspots.release makes, not a {type(release).__name__}."
        )
    wanted = _wanted(formats)
    target = Path(folder).resolve()
    _refuse_foreign(target)
    edition = Edition(release, None if template is None else Path(template), style, will_do)
    made = {name: write(edition) for one in wanted for name, write in FORMATS[one].items()}
    written = {name: one for name, one in made.items() if one is not None} | {EDITION: edition_text(release)}
    files = {name: one.encode() if isinstance(one, str) else one for name, one in written.items()}
    try:
        replace_folder(target, files, file_names(), partial(_refuse_leaks, edition))
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written: {plainly(error)}. What was there before is whole."
        ) from error
    return tuple(Path(folder) / name for name in files)


def edition_text(release: Release) -> str:
    """Return what ``release.json`` holds.

    Examples
    --------
    >>> import brightspots as bs
    >>> out = bs.release(bs.estimate(bs.make_survey(seed=1), measures=["nature"]))
    >>> edition_text(out).splitlines()[1]
    ' "brightspots": "release",'
    """
    return json.dumps(release.as_edition(), sort_keys=True, indent=1) + "\n"


def file_names() -> set[str]:
    """Return the names of all files that are ours.

    Examples
    --------
    >>> {"report.html", "release.json"} <= file_names()
    True
    """
    return {EDITION, *(name for files in FORMATS.values() for name in files)}


def _refuse_leaks(edition: Edition, folder: Path) -> None:
    """Read written files back as an outsider would, and refuse them if they say more than was released."""
    own_words = [text for texts in edition.will_do.values() for text in texts]
    found = attack(folder, edition.release.questionnaires.values(), own_words=own_words)
    if not found.is_safe:
        raise ReleaseError(
            "The files were read back before they were moved into place, and say more than was released:\n"
            f"{found.describe()}\nNothing was written. This is a fault of brightspots: please report it."
        )


def _wanted(formats: Sequence[str]) -> list[str]:
    asked = [formats] if isinstance(formats, str) else list(formats)
    for one in asked:
        if one not in FORMATS:
            raise ArgumentError(f"formats names {one!r}; there are: {', '.join(FORMATS)}.")
    return [one for one in FORMATS if one in asked]


def _refuse_foreign(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise OutputError(f"{target} is a file; give a folder.")
    try:
        foreign = target.is_dir() and any(target.iterdir()) and not _is_ours(target / EDITION)
    except OSError as error:
        raise OutputError(f"{target} cannot be read: {plainly(error)}.") from error
    if foreign:
        raise OutputError(
            f"{target} holds something that is not an edition of ours (it has no {EDITION} of ours). Give an "
            "empty folder or a new one; nothing was changed."
        )


def _is_ours(path: Path) -> bool:
    try:
        body: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(body, dict) and body.get("brightspots") == "release"
