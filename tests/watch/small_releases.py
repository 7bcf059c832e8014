"""Releases of a few invented figures, made without a survey, for runs that take no time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from brightspots.config import WatchConfig
from brightspots.disclosure import release as door
from brightspots.disclosure.figures import (
    Figure,
    ReleasedCohort,
    ReleasedComparison,
    ReleasedRecheck,
    Responses,
)
from brightspots.disclosure.policy import load_policy
from brightspots.disclosure.release import Release
from brightspots.publications.publishing import publish
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.watch.run import Outcome, conclude
from brightspots.watch.store import Store

ASKED = load_questionnaire("children-in-care")
AREA = "Sheffield"
INPUTS = {"data": "d", "benchmark": "b", "config": "c", "policy": "p", "software": "s"}
MORNING = datetime(2026, 1, 31, 6, 0, tzinfo=UTC)


def figure(wave: str = "2021", measure: str = "likes_school", count: int = 93, **changes: Any) -> Figure:
    """Return a figure of 150 answers of 11-18s; `count` of them stand on its side."""
    held = {"n": 150, "count": count, "share": count / 150, "lower": 0.1, "upper": 0.9}
    base: dict[str, Any] = {
        "questionnaire": ASKED.id,
        "area": AREA,
        "wave": wave,
        "domain": "resilience",
        "measure": measure,
        "category": "counted",
        "age_band": "11-18",
        "age_bands": ("11-18",),
        "group": (),
        "rest": False,
        "status": "shown",
    }
    return Figure(**{**base, **held, **changes})


def comparison(
    verdict: str = "worse", *, leans: str | None = None, effect: float = -0.3, **changes: Any
) -> ReleasedComparison:
    """Return a comparison with the general population as a release holds it."""
    own = {name: changes.pop(name) for name in ("wave", "measure", "count") if name in changes}
    held = verdict not in ("not compared", "withheld")
    base: dict[str, Any] = {
        "figure": figure(**own),
        "comparator": "general population",
        "source": "a report",
        "benchmark": 0.8,
        "benchmark_n": None,
        "difference": effect / 2 if held else None,
        "difference_lower": -0.3 if held else None,
        "difference_upper": 0.3 if held else None,
        "effect_size": effect if held else None,
        "detectable": 0.09 if held else None,
        "verdict": verdict,
        "reason": "no_base" if verdict == "not compared" else "",
        "higher_is_better": True,
        "illustrative": False,
        "leans": (verdict if verdict in ("better", "worse") else "") if leans is None else leans,
    }
    return ReleasedComparison(**{**base, **changes})


def group(
    *, flagged: bool = True, direction: str = "low", wave: str = "2021", count: int = 18, **changes: Any
) -> ReleasedCohort:
    """Return residential care as a search finds it, or passes over it."""
    who = (("placement", "residential"),)
    low = {"wave": wave, "measure": "low_wellbeing", "category": "low", "group": who, "age_band": "all"}
    low |= {"age_bands": ("8-11", "11-18"), "domain": "wellbeing"}
    base: dict[str, Any] = {
        "name": "children and young people in residential care",
        "measure": "low_wellbeing",
        "direction": direction,
        "conditions": who,
        "tier": "flag" if flagged else "",
        "role": "lead" if flagged else "",
        "covered_by": "",
        "figure": figure(**low, n=50, count=count, share=count / 50),
        "rest": figure(**low, rest=True, n=200, count=20, share=0.1),
        **dict.fromkeys(("difference", "difference_lower", "difference_upper", "detectable")),
        **dict.fromkeys(("shrunk_share", "shrunk_lower", "shrunk_upper")),
    }
    return ReleasedCohort(**{**base, **changes})


def recheck(
    state: str, *, leans: bool = False, wave: str = "2021", count: int = 18, **changes: Any
) -> ReleasedRecheck:
    """Return residential care as a test by name finds it."""
    cohort = group(wave=wave, count=count)
    base: dict[str, Any] = {
        "questionnaire": ASKED.id,
        "area": AREA,
        "wave": wave,
        "name": cohort.name,
        "measure": cohort.measure,
        "direction": "low",
        "conditions": cohort.conditions,
        "state": state,
        "reason": "",
        "figure": cohort.figure,
        "rest": cohort.rest,
        **dict.fromkeys(("before", "before_rest", "difference", "difference_lower", "difference_upper")),
        "detectable": None,
        "leans": leans or state == "still",
    }
    return ReleasedRecheck(**{**base, **changes})


def released(
    *comparisons: ReleasedComparison,
    cohorts: Iterable[ReleasedCohort] = (),
    rechecks: Iterable[ReleasedRecheck] = (),
    wave: str = "2021",
) -> Release:
    """Return a release of these, past the door: what stands behind it is not under test here."""
    cohorts, rechecks = tuple(cohorts), tuple(rechecks)
    figures = tuple(dict.fromkeys(one.figure for one in comparisons))
    of_groups = (figure for one in (*cohorts, *rechecks) for figure in (one.figure, one.rest) if figure)
    nothing = {name: _nothing(str(kind)) for name, kind in Release.__annotations__.items()}
    parts = {
        "policy": load_policy("council"),
        "questionnaires": {ASKED.id: ASKED},
        "figures": figures,
        "_published": tuple(dict.fromkeys((*figures, *of_groups))),
        "comparisons": comparisons,
        "cohorts": cohorts,
        "rechecks": rechecks,
        "responses": (Responses(ASKED.id, AREA, wave, "11-18", 150, 300, 0.5),),
        "respondents": {ASKED.id: "0"},
    }
    return Release(door._KEY, **{**nothing, **parts})


def _nothing(kind: str) -> Any:
    """Return what a release holds of a kind of which it holds nothing."""
    if kind.endswith("None"):
        return None
    return {} if kind.startswith("Mapping") else ()


def run_once(
    store: Store,
    folder: Path,
    release: Release,
    *,
    wave: str = "2021",
    inputs: dict[str, str] = INPUTS,
    watch: WatchConfig | None = None,
    status: str = "closed",
    write: Callable[[Release, Path], object] | None = None,
    now: datetime = MORNING,
) -> Outcome:
    """Do everything of a run that comes after its release was made."""
    return conclude(
        store,
        release,
        surveys=[{"questionnaire": ASKED.id, "area": AREA, "wave": wave, "status": status}],
        inputs=inputs,
        folder=folder,
        write=write or partial(publish, formats=["md"]),
        watch=watch or WatchConfig(),
        beside=folder.parent,
        now=now,
    )


def kinds(outcome: Outcome) -> list[tuple[str, str]]:
    """Return what became of which flag."""
    return [(one["change"], one["direction"]) for one in outcome.changes["changes"]]
