"""Publishing: all of it or nothing, over nothing that is not ours, and the same bytes twice."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import brightspots as bs
from brightspots.errors import ArgumentError, OutputError
from brightspots.publications import publishing
from brightspots.publications.folders import settle

if TYPE_CHECKING:
    from brightspots.disclosure.release import Release

NAMES = (
    "report.html", "young-people.html", "report.docx", "figures.xlsx", "report.md", "figures.csv",
    "comparisons.csv", "figures.json", "release.json",
)  # fmt: skip


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_format_and_the_edition_are_written(small: Release, tmp_path: Path) -> None:
    written = bs.publish(small, tmp_path / "deep" / "report")
    assert [path.name for path in written] == list(NAMES)
    assert all(path.stat().st_size for path in written)
    assert sorted(p.name for p in (tmp_path / "deep").iterdir()) == ["report"]
    edition = json.loads((tmp_path / "deep" / "report" / "release.json").read_text(encoding="utf-8"))
    assert edition == json.loads(json.dumps(small.as_edition()))


def test_an_empty_table_has_no_file_and_an_old_one_goes(small: Release, tmp_path: Path) -> None:
    """Own files of a name that is ours go, those of others stay."""
    folder = tmp_path / "report"
    sample = Path(bs.__file__).parent / "data" / "returns" / "sample.csv"
    published = bs.release(bs.compare_returns(bs.read_return(sample), area="Ambleford"))
    names = [path.name for path in bs.publish(published, folder, formats=["csv"])]
    assert names == ["statutory.csv", "release.json"]
    (folder / "notes.csv").write_text("heading\n", encoding="utf-8")
    bs.publish(small, folder, formats=["csv"])
    assert sorted(everything_in(folder)) == ["comparisons.csv", "figures.csv", "notes.csv", "release.json"]


def test_the_edition_serves_the_next_audit(small: Release, tmp_path: Path) -> None:
    *_, edition = bs.publish(small, tmp_path / "report", formats=["md"])
    survey = bs.make_survey(respondents=90, seed=5)
    again = bs.release(bs.estimate(survey, measures=["nature", "likes_school"]), previous=[edition])
    assert again.figures


def test_twice_the_same_bytes(small: Release, tmp_path: Path) -> None:
    bs.publish(small, tmp_path / "one")
    bs.publish(small, tmp_path / "two")
    assert everything_in(tmp_path / "one") == everything_in(tmp_path / "two")


@pytest.mark.parametrize("formats", [["md"], ("md",), "md", ["md", "md"]])
def test_formats_are_chosen(small: Release, tmp_path: Path, formats: Any) -> None:
    written = bs.publish(small, tmp_path / "report", formats=formats)
    assert [path.name for path in written] == ["report.md", "release.json"]


def test_a_format_that_is_not_known_is_named_with_those_that_are(small: Release, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"'pdf'; there are: html, young, docx, xlsx, md, csv, json\."):
        bs.publish(small, tmp_path / "report", formats=["html", "pdf"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("thing", [None, {}, "release", object()])
def test_only_a_release_is_accepted(tmp_path: Path, thing: Any) -> None:
    with pytest.raises(ArgumentError, match="takes a Release"):
        bs.publish(thing, tmp_path / "report")


def test_results_that_were_not_released_are_refused(tmp_path: Path) -> None:
    estimates = bs.estimate(bs.make_survey(respondents=30, seed=1), measures=["nature"])
    with pytest.raises(ArgumentError, match="not a Estimates"):
        bs.publish(estimates, tmp_path / "report")  # type: ignore[arg-type]


def test_an_empty_folder_is_used(small: Release, tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    bs.publish(small, tmp_path / "report", formats=["md"])
    assert (tmp_path / "report" / "report.md").exists()


@pytest.mark.parametrize(
    "content", [None, "", "not json", "[]", '{"brightspots": "figures"}', '{"format": 1}', "\x00"]
)
def test_a_folder_of_others_is_refused_and_left_alone(
    small: Release, tmp_path: Path, content: str | None
) -> None:
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "thesis.docx").write_bytes(b"years of work")
    if content is not None:
        (folder / "release.json").write_text(content, encoding="utf-8")
    before = everything_in(folder)
    with pytest.raises(OutputError, match="not an edition of ours") as caught:
        bs.publish(small, folder)
    assert caught.value.exit_code == 2
    assert everything_in(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_a_file_in_the_way_is_refused(small: Release, tmp_path: Path) -> None:
    (tmp_path / "report").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file"):
        bs.publish(small, tmp_path / "report")
    with pytest.raises(OutputError, match="cannot be written"):
        bs.publish(small, tmp_path / "report" / "inner")


def test_our_own_edition_is_replaced_and_what_is_not_ours_is_kept(small: Release, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    bs.publish(small, folder)
    (folder / "notes.txt").write_text("do not lose me", encoding="utf-8")
    (folder / "pictures").mkdir()
    (folder / "pictures" / "one.txt").write_text("nor me", encoding="utf-8")
    (folder / "report.html").write_text("old", encoding="utf-8")
    bs.publish(small, folder, formats=["md"])
    assert sorted(everything_in(folder)) == ["notes.txt", "pictures/one.txt", "release.json", "report.md"]
    assert list(tmp_path.iterdir()) == [folder]


def test_a_link_to_a_folder_stays_a_link(small: Release, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    bs.publish(small, tmp_path / "link", formats=["md"])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "report.md").exists()


def test_a_writer_that_fails_half_way_leaves_the_old_edition(
    small: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "report"
    bs.publish(small, folder)
    before = everything_in(folder)

    def fail(_: object) -> str:
        raise RuntimeError("half way")

    monkeypatch.setitem(publishing.FORMATS["csv"], "comparisons.csv", fail)
    with pytest.raises(RuntimeError, match="half way"):
        bs.publish(small, folder)
    assert everything_in(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "open in another program such as Word or Excel"),
        (errno.EROFS, "can only be read"),
        (errno.EIO, "input/output error"),
    ],
)
@pytest.mark.parametrize("step", ["write", "first move", "second move"])
def test_a_disk_that_fails_leaves_the_old_edition(
    small: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str, step: str
) -> None:
    folder = tmp_path / "report"
    bs.publish(small, folder, formats=["md"])
    before = everything_in(folder)
    open_, rename, moves = Path.open, Path.rename, []

    def failing_open(self: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if step == "write" and self.name == "figures.json" and mode == "wb":
            raise OSError(number, os.strerror(number))
        return open_(self, mode, *args, **kwargs)

    def failing_rename(self: Path, target: Path) -> Path:
        moves.append(target)
        if len(moves) == {"write": 0, "first move": 1, "second move": 2}[step]:
            raise OSError(number, os.strerror(number))
        return rename(self, target)

    monkeypatch.setattr(Path, "open", failing_open)
    monkeypatch.setattr(Path, "rename", failing_rename)
    with pytest.raises(OutputError, match=words) as caught:
        bs.publish(small, folder)
    monkeypatch.undo()
    assert "is whole" in str(caught.value)
    assert everything_in(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_an_edition_that_cannot_be_put_back_is_kept_and_found(
    small: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "report"
    bs.publish(small, folder, formats=["md"])
    before = everything_in(folder)
    rename, moves = Path.rename, []

    def failing_rename(self: Path, target: Path) -> Path:
        moves.append(target)
        if len(moves) > 1:
            raise OSError(errno.EIO, "no")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing_rename)
    with pytest.raises(OutputError, match="The old edition is whole, in") as caught:
        bs.publish(small, folder)
    (kept,) = tmp_path.glob(".report-*/old")
    assert str(kept) in str(caught.value)
    assert everything_in(kept) == before


def test_nothing_is_left_where_nothing_was(
    small: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, target: Path) -> Path:
        raise OSError(errno.EACCES, "no")

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OutputError):
        bs.publish(small, tmp_path / "report")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_the_very_files_is_left_alone(
    small: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has one of them open in Word does not keep a run with nothing new from ending well."""
    folder = tmp_path / "report"
    bs.publish(small, folder)

    def fail(self: Path, target: Path) -> Path:
        raise PermissionError(errno.EACCES, "open elsewhere")

    monkeypatch.setattr(Path, "rename", fail)
    bs.publish(small, folder)
    with pytest.raises(OutputError, match="open in another program"):
        bs.publish(small, folder, formats=["md"])
    monkeypatch.undo()
    bs.publish(small, folder, formats=["md"])
    assert set(everything_in(folder)) == {"report.md", "release.json"}


def test_what_a_killed_process_left_is_settled(small: Release, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    bs.publish(small, folder)
    before = everything_in(folder)
    beside, other = tmp_path / ".report-abc_12xy", tmp_path / ".report-2021-abc_12xy"
    for one in (beside, other):
        (one / "new").mkdir(parents=True)
    folder.rename(beside / "old")  # killed between the two moves
    settle(folder)
    assert everything_in(folder) == before
    assert not beside.exists()
    assert other.exists()  # that of another report
    settle(tmp_path / "nowhere" / "report")
