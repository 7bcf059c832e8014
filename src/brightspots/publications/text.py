"""Markdown, CSV and JSON: the report to paste, and the released figures for machines."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

from brightspots.disclosure.figures import ReleasedCohort, ReleasedDescription, ReleasedRecheck
from brightspots.disclosure.policy import SYMBOLS
from brightspots.findings.cohort_tables import CANNOT_FIND_A_CHILD
from brightspots.findings.cohort_waves import NO_CLEAR_EXCESS, STILL
from brightspots.publications.beside_rows import OWN_COLUMNS, STATUTORY_COLUMNS, own_rows, statutory_rows
from brightspots.publications.comparison_sentences import benchmark_is_public
from brightspots.publications.document import Bullets, Paragraph, Table
from brightspots.publications.scorecard_rows import SCORECARD_COLUMNS, scorecard_data, scorecard_rows
from brightspots.publications.sentence import HIDDEN, NOT_AVAILABLE
from brightspots.publications.wording import plain
from brightspots.statistics.rounding import half_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from brightspots.disclosure.figures import Figure, ReleasedComparison
    from brightspots.publications.contents import Contents
    from brightspots.publications.document import Report, Section
    from brightspots.publications.sentence import Sentence

FORMAT = 1
PLACE_COLUMNS = ("questionnaire", "area", "wave", "domain", "measure", "category", "age_band", "age_bands")
FIGURE_COLUMNS = (
    *PLACE_COLUMNS, "group", "label", "category_label", "status", "symbol", "n", "count", "share", "lower",
    "upper", "confidence", "method", "target", "more_than_percent", "fewer_than_percent", "few_answers",
    "sentence", "note",
)  # fmt: skip
COMPARISON_COLUMNS = (
    *PLACE_COLUMNS, "label", "category_label", "status", "n", "share", "comparator", "benchmark",
    "benchmark_n", "difference", "difference_lower", "difference_upper", "effect_size", "detectable",
    "verdict", "reason", "illustrative", "source", "sentence", "councils", "unusual_among_councils",
    "compared_although",
)  # fmt: skip
INSIDE_COLUMNS = ("status", "n", "count", "share", "lower", "upper")
REST_COLUMNS = ("rest_status", "rest_n", "rest_count", "rest_share")
GAP_COLUMNS = ("difference", "difference_lower", "difference_upper")
GROUP_COLUMNS = (
    *PLACE_COLUMNS, "group", "direction", "stands_out", "role", "covered_by", *INSIDE_COLUMNS, *REST_COLUMNS,
    *GAP_COLUMNS, "best_estimate", "best_estimate_lower", "best_estimate_upper", "detectable", "sentence",
    "note", "promise",
)  # fmt: skip
GOES_WITH_COLUMNS = (
    *PLACE_COLUMNS, "group", "direction", "label", "category_label", *INSIDE_COLUMNS, *REST_COLUMNS,
    *GAP_COLUMNS, "effect_size", "sentence", "note", "promise",
)  # fmt: skip
RECHECK_COLUMNS = (
    "questionnaire", "area", "wave", "measure", "group", "direction", "state", "reason", *INSIDE_COLUMNS,
    *REST_COLUMNS, *GAP_COLUMNS, "detectable", "before_wave", "before_n", "before_count", "before_share",
    "before_rest_n", "before_rest_count", "before_rest_share", "sentence", "note", "promise",
)  # fmt: skip
DIGITS = 4
MARKUP = re.compile(r"([\\`*_\[\]<>|#~$&])")
AT_START = re.compile(r"^([-+=]|\d+[.)](?=\s))")
FORMULA = tuple("=+-@＝＋－＠")
ROLES = {"hot_spot": "within another"}


# ---------------------------------------------------------------------------------------------- Markdown


def to_markdown(report: Report) -> str:
    """Return a report as Markdown; pictures are left out, their numbers stand in the tables."""
    marked = [f"**{escaped(report.mark)}**", ""] if report.mark else []
    lines = [*marked, f"# {escaped(report.title)}", "", escaped(report.subtitle), ""]
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
        text = text.replace(f"\\[{symbol[1:-1]}\\]", symbol)
    return text


def _section(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {escaped(section.title)}"
    yield ""
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield escaped(block.sentence.text)
        elif isinstance(block, Bullets):
            yield from (f"- {_item(item)}" for item in block.items)
        elif isinstance(block, Table):
            yield from _table(block)
        else:
            continue
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
    return _csv(contents, FIGURE_COLUMNS, [figure_row(contents, figure) for figure in all_figures(contents)])


def to_comparisons_csv(contents: Contents) -> str:
    """Return every comparison as one row of a CSV file."""
    return _csv(contents, COMPARISON_COLUMNS, [comparison_row(contents, c) for c in contents.comparisons])


def to_groups_csv(contents: Contents) -> str:
    """Return every group as one row of a CSV file."""
    return _csv(contents, GROUP_COLUMNS, group_rows(contents))


def to_goes_with_csv(contents: Contents) -> str:
    """Return what goes with the groups that stand out as rows of a CSV file."""
    return _csv(
        contents, GOES_WITH_COLUMNS, [one for row in group_rows(contents) for one in row["goes_with"]]
    )


def to_last_time_csv(contents: Contents) -> str:
    """Return every group that stood out last time as one row of a CSV file."""
    return _csv(contents, RECHECK_COLUMNS, recheck_rows(contents))


def to_statutory_csv(contents: Contents) -> str:
    """Return every published figure beside every other side as one row of a CSV file."""
    return _csv(contents, STATUTORY_COLUMNS, statutory_rows(contents))


def to_own_csv(contents: Contents) -> str:
    """Return every count of a council's own children as one row of a CSV file."""
    return _csv(contents, OWN_COLUMNS, own_rows(contents))


def to_scorecard_csv(contents: Contents) -> str:
    """Return every line of a strategy's scorecard as one row of a CSV file."""
    return _csv(contents, SCORECARD_COLUMNS, scorecard_rows(contents))


def to_json(contents: Contents) -> str:
    """Return the released figures, comparisons and groups as JSON."""
    release = contents.release
    body = {
        "brightspots": "figures",
        "format": FORMAT,
        "policy": plain(release.policy.id),
        "edition": contents.mark or None,
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
        "figures": [figure_row(contents, figure) for figure in all_figures(contents)],
        "comparisons": [comparison_row(contents, comparison) for comparison in contents.comparisons],
        "searches": [
            {
                "questionnaire": plain(search.questionnaire),
                "measure": search.measure,
                "direction": search.direction,
                "within": search.within,
                "traits": list(map(plain, search.traits)),
                "groups_searched": search.candidates,
                "rounds": search.permutations,
            }
            for search in release.searches
        ],
        "groups": group_rows(contents),
        "groups_last_time": recheck_rows(contents),
        "statutory": statutory_rows(contents),
        "own_children": own_rows(contents),
        "scorecard": scorecard_data(contents),
    }
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def all_figures(contents: Contents) -> list[Figure]:
    """Return every figure, also what "all others" than a group said."""
    places = set(contents.places)
    beside = (f for f in contents.figures_beside_groups() if (f.questionnaire, f.area, f.wave) in places)
    return list(dict.fromkeys([*contents.figures, *beside]))


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


def figure_row(contents: Contents, figure: Figure) -> dict[str, Any]:
    """Return a figure as plain data."""
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
        "confidence": figure.confidence,
        "method": figure.method,
        "target": figure.target,
        "more_than_percent": figure.above,
        "fewer_than_percent": figure.below,
        "few_answers": figure.low_base,
        "sentence": words.figure(figure).text,
        "note": contents.beside_groups(figure.questionnaire) if figure.group else "",
    }


def comparison_row(contents: Contents, comparison: ReleasedComparison) -> dict[str, Any]:
    """Return a comparison as plain data."""
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


def group_rows(contents: Contents) -> list[dict[str, Any]]:
    """Return every group as plain data, and in it what goes with it."""
    return [group_row(contents, cohort) for cohort in contents.cohorts]


def recheck_rows(contents: Contents) -> list[dict[str, Any]]:
    """Return every group that stood out last time as plain data."""
    return [recheck_row(contents, recheck) for recheck in contents.release.rechecks]


def group_row(contents: Contents, cohort: ReleasedCohort) -> dict[str, Any]:
    """Return a group, and in it what goes with it, as plain data."""
    return {
        **_place(cohort.figure),
        **_group(contents, cohort),
        "stands_out": cohort.tier == "flag",
        "role": ROLES.get(cohort.role, cohort.role),
        "covered_by": plain(cohort.covered_by),
        **_sides(cohort),
        "best_estimate": _rounded(cohort.shrunk_share) if cohort.tier == "flag" else None,
        "best_estimate_lower": _rounded(cohort.shrunk_lower) if cohort.tier == "flag" else None,
        "best_estimate_upper": _rounded(cohort.shrunk_upper) if cohort.tier == "flag" else None,
        "detectable": _rounded(cohort.detectable),
        "sentence": contents.words.cohort(cohort).text,
        **_beside(contents, cohort.figure.questionnaire),
        "goes_with": [description_row(contents, one) for one in contents.goes_with(cohort)],
    }


def description_row(contents: Contents, described: ReleasedDescription) -> dict[str, Any]:
    """Return what goes with a group that stands out as plain data."""
    return {
        **_place(described.figure),
        **_group(contents, described),
        "label": contents.words.label(described.figure),
        "category_label": contents.words.category(described.figure),
        **_sides(described),
        "effect_size": _rounded(described.effect_size),
        "sentence": contents.words.description(described).text,
        **_beside(contents, described.figure.questionnaire),
    }


def recheck_row(contents: Contents, recheck: ReleasedRecheck) -> dict[str, Any]:
    """Return a group that stood out last time as plain data."""
    before, rest = recheck.before, recheck.before_rest
    return {
        "questionnaire": plain(recheck.questionnaire),
        "area": plain(recheck.area),
        "wave": plain(recheck.wave),
        "measure": recheck.measure,
        **_group(contents, recheck),
        "stood_out_last_time": True,
        "stands_out": {STILL: True, NO_CLEAR_EXCESS: False}.get(recheck.state),
        "state": recheck.state,
        "reason": recheck.reason,
        **_sides(recheck),
        "detectable": _rounded(recheck.detectable),
        "before_wave": plain(before.wave) if before else None,
        "before_n": before.n if before else None,
        "before_count": before.count if before else None,
        "before_share": _rounded(before.share) if before else None,
        "before_rest_n": rest.n if rest else None,
        "before_rest_count": rest.count if rest else None,
        "before_rest_share": _rounded(rest.share) if rest else None,
        "sentence": contents.words.recheck(recheck).text,
        **_beside(contents, recheck.questionnaire),
    }


Told = ReleasedCohort | ReleasedDescription | ReleasedRecheck


def _group(contents: Contents, one: Told) -> dict[str, Any]:
    """Return which group something is said of."""
    return {
        "group": plain(one.name),
        "conditions": {plain(trait): plain(level) for trait, level in one.conditions},
        "direction": one.direction,
    }


def _sides(one: Told) -> dict[str, Any]:
    """Return a group beside all others."""
    inside, rest = one.figure, one.rest
    return {
        "status": inside.status if inside else None,
        "n": inside.n if inside else None,
        "count": inside.count if inside else None,
        "share": _rounded(inside.share) if inside else None,
        "lower": _rounded(inside.lower) if inside else None,
        "upper": _rounded(inside.upper) if inside else None,
        "rest_status": rest.status if rest else None,
        "rest_n": rest.n if rest else None,
        "rest_count": rest.count if rest else None,
        "rest_share": _rounded(rest.share) if rest else None,
        "difference": _rounded(one.difference),
        "difference_lower": _rounded(one.difference_lower),
        "difference_upper": _rounded(one.difference_upper),
    }


def _beside(contents: Contents, questionnaire: str) -> dict[str, Any]:
    """Return what stands beside every group."""
    return {
        "note": CANNOT_FIND_A_CHILD,
        "promise": plain(contents.release.promises.get(questionnaire, "")),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(half_up(value, DIGITS))


def _csv(contents: Contents, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV; those of an edition for named recipients say so in a last column."""
    mark: dict[str, Any] = {"edition": contents.mark} if contents.mark else {}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*columns, *mark])
    writer.writerows([harmless({**row, **mark}[name]) for name in (*columns, *mark)] for row in rows)
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
