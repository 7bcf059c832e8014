"""Markdown, CSV and JSON: the report to paste, and the released figures for machines."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

from brightspots.publications.document import Bullets, Paragraph, Table
from brightspots.publications.sentences import HIDDEN, NOT_ASKED, NOT_AVAILABLE, benchmark_is_public
from brightspots.publications.wording import plain
from brightspots.statistics.rounding import half_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from brightspots.disclosure.figures import Figure, ReleasedCohort, ReleasedComparison
    from brightspots.publications.contents import Contents
    from brightspots.publications.document import Report, Section
    from brightspots.publications.sentences import Sentence

FORMAT = 1
PLACE_COLUMNS = ("questionnaire", "area", "wave", "domain", "measure", "category", "age_band", "age_bands")
FIGURE_COLUMNS = (
    *PLACE_COLUMNS, "group", "label", "category_label", "status", "symbol", "n", "count", "share", "lower",
    "upper", "more_than_percent", "fewer_than_percent", "few_answers", "sentence",
)  # fmt: skip
COMPARISON_COLUMNS = (
    *PLACE_COLUMNS, "label", "category_label", "status", "n", "share", "comparator", "benchmark",
    "benchmark_n", "difference", "difference_lower", "difference_upper", "effect_size", "detectable",
    "verdict", "reason", "illustrative", "source", "sentence", "councils", "unusual_among_councils",
    "compared_although",
)  # fmt: skip
DIGITS = 4
MARKUP = re.compile(r"([\\`*_\[\]<>|#~$&])")
AT_START = re.compile(r"^([-+=]|\d+[.)](?=\s))")
FORMULA = tuple("=+-@＝＋－＠")
ROLES = {"hot_spot": "within another"}
SYMBOLS = (HIDDEN, NOT_AVAILABLE, NOT_ASKED)


# ---------------------------------------------------------------------------------------------- Markdown


def to_markdown(report: Report) -> str:
    """Return a report as Markdown; pictures are left out, their numbers stand in the tables."""
    lines = [f"# {escaped(report.title)}", "", escaped(report.subtitle), ""]
    for section in report.sections:
        lines += _section(section, 2)
    return "\n".join(lines).rstrip("\n") + "\n"


def escaped(text: str) -> str:
    r"""Return a text that Markdown shows as it stands.

    Examples
    --------
    >>> print(escaped("<b>a|b</b>"))
    \<b\>a\|b\</b\>
    """
    text = AT_START.sub(r"\\\1", MARKUP.sub(r"\\\1", plain(text)))
    for symbol in SYMBOLS:
        text = text.replace(f"\\[{symbol[1]}\\]", symbol)
    return text


def _section(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {escaped(section.title)}"
    yield ""
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield escaped(block.sentence.text)
        elif isinstance(block, Bullets):
            yield from (f"- {_item(item)}" for item in block.items)
        else:
            yield from _table(block)
        yield ""
    for inner in section.sections:
        yield from _section(inner, level + 1)


def _item(item: Sentence) -> str:
    return f"**{escaped(item.lead)}**{escaped(item.rest)}" if item.lead else escaped(item.text)


def _table(table: Table) -> Iterator[str]:
    yield f"**{escaped(table.caption)}**"
    yield ""
    yield _row(escaped(column.title) for column in table.columns)
    yield _row("---:" if column.numeric else "---" for column in table.columns)
    for row in table.rows:
        yield _row("<br>".join(escaped(line.text) for line in entry.lines) for entry in row)


def _row(cells: Iterator[str]) -> str:
    return "| " + " | ".join(cells) + " |"


# ------------------------------------------------------------------------------------------- CSV and JSON


def to_figures_csv(contents: Contents) -> str:
    """Return every figure as one row of a CSV file, those of groups included."""
    return _csv(FIGURE_COLUMNS, [_figure_row(contents, figure) for figure in _all_figures(contents)])


def to_comparisons_csv(contents: Contents) -> str:
    """Return every comparison as one row of a CSV file."""
    return _csv(COMPARISON_COLUMNS, [_comparison_row(contents, c) for c in contents.comparisons])


def to_json(contents: Contents) -> str:
    """Return the released figures, comparisons and groups as JSON."""
    release = contents.release
    body = {
        "brightspots": "figures",
        "format": FORMAT,
        "policy": plain(release.policy.id),
        "surveys": [
            {
                "questionnaire": plain(place.questionnaire),
                "title": plain(contents.questionnaire(place).title),
                "area": plain(place.area),
                "wave": plain(place.wave),
                "questionnaire_hash": contents.questionnaire(place).hash,
                "respondents_hash": release.respondents.get(place.questionnaire) or None,
                "responses": [
                    {
                        "age_band": plain(r.age_band),
                        "n": r.n,
                        "eligible": r.eligible,
                        "rate": _rounded(r.rate),
                    }
                    for r in contents.responses_of(place)
                ],
            }
            for place in contents.places
        ],
        "figures": [_figure_row(contents, figure) for figure in _all_figures(contents)],
        "comparisons": [_comparison_row(contents, comparison) for comparison in contents.comparisons],
        "groups": [cohort_row(contents, cohort) for cohort in contents.cohorts],
    }
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def _all_figures(contents: Contents) -> list[Figure]:
    """Return every figure, also what "all others" than a group said."""
    rest = [c.rest for c in contents.cohorts]
    return list(dict.fromkeys([*contents.figures, *(c.figure for c in contents.cohorts), *rest]))


def _place(figure: Figure) -> dict[str, Any]:
    return {
        "questionnaire": plain(figure.questionnaire),
        "area": plain(figure.area),
        "wave": plain(figure.wave),
        "domain": figure.domain,
        "measure": figure.measure,
        "category": figure.category,
        "age_band": plain(figure.age_band),
        "age_bands": plain(", ".join(figure.age_bands)),
    }


def _figure_row(contents: Contents, figure: Figure) -> dict[str, Any]:
    words = contents.words
    group = words.group(figure.questionnaire, figure.group) if figure.group else ""
    return {
        **_place(figure),
        "group": f"all others than {group}" if figure.rest else group,
        "label": words.label(figure),
        "category_label": words.category(figure),
        "status": figure.status,
        "symbol": {"withheld": HIDDEN, "no base": NOT_AVAILABLE}.get(figure.status, ""),
        "n": figure.n,
        "count": figure.count,
        "share": _rounded(figure.share),
        "lower": _rounded(figure.lower),
        "upper": _rounded(figure.upper),
        "more_than_percent": figure.above,
        "fewer_than_percent": figure.below,
        "few_answers": figure.low_base,
        "sentence": words.figure(figure).text,
    }


def _comparison_row(contents: Contents, comparison: ReleasedComparison) -> dict[str, Any]:
    words, figure = contents.words, comparison.figure
    verdict, reason = words.verdict(comparison)
    public = benchmark_is_public(comparison)
    return {
        **_place(figure),
        "label": words.label(figure),
        "category_label": words.category(figure),
        "status": figure.status,
        "n": figure.n,
        "share": _rounded(figure.share),
        "comparator": plain(comparison.comparator),
        "benchmark": _rounded(comparison.benchmark) if public else None,
        "benchmark_n": comparison.benchmark_n if public else None,
        "difference": _rounded(comparison.difference),
        "difference_lower": _rounded(comparison.difference_lower),
        "difference_upper": _rounded(comparison.difference_upper),
        "effect_size": _rounded(comparison.effect_size),
        "detectable": _rounded(comparison.detectable),
        "verdict": verdict,
        "reason": reason,
        "illustrative": comparison.illustrative,
        "source": plain(comparison.source),
        "sentence": words.comparison(comparison).text,
        "councils": comparison.areas,
        "unusual_among_councils": comparison.unusual_among_areas,
        "compared_although": words.although(comparison),
    }


def cohort_row(contents: Contents, cohort: ReleasedCohort) -> dict[str, Any]:
    """Return a group as plain data."""
    inside, rest = cohort.figure, cohort.rest
    return {
        **_place(inside),
        "group": plain(cohort.name),
        "conditions": {plain(trait): plain(level) for trait, level in cohort.conditions},
        "direction": cohort.direction,
        "stands_out": cohort.tier == "flag",
        "role": ROLES.get(cohort.role, cohort.role),
        "covered_by": plain(cohort.covered_by),
        "status": inside.status,
        "n": inside.n,
        "count": inside.count,
        "share": _rounded(inside.share),
        "lower": _rounded(inside.lower),
        "upper": _rounded(inside.upper),
        "rest_status": rest.status,
        "rest_n": rest.n,
        "rest_count": rest.count,
        "rest_share": _rounded(rest.share),
        "difference": _rounded(cohort.difference),
        "difference_lower": _rounded(cohort.difference_lower),
        "difference_upper": _rounded(cohort.difference_upper),
        "best_estimate": _rounded(cohort.shrunk_share) if cohort.tier == "flag" else None,
        "best_estimate_lower": _rounded(cohort.shrunk_lower) if cohort.tier == "flag" else None,
        "best_estimate_upper": _rounded(cohort.shrunk_upper) if cohort.tier == "flag" else None,
        "detectable": _rounded(cohort.detectable),
        "sentence": contents.words.cohort(cohort).text,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(half_up(value, DIGITS))


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([harmless(row[name]) for name in columns] for row in rows)
    return out.getvalue()


def harmless(value: Any) -> Any:
    """Return a value that no spreadsheet runs: text that looks like a formula gets an apostrophe before it.

    Examples
    --------
    >>> harmless("=1+1"), harmless(-0.18), harmless(None), harmless(True)
    ("'=1+1", -0.18, '', 'yes')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return value
    text = plain(value)
    return f"'{text}" if text.startswith(FORMULA) else text
