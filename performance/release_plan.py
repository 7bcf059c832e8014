"""What the plan of a release costs in time, and what it leaves to be said.

    uv run python performance/release_plan.py [default|groups|growth] [seeds]

`default` and `groups` (with everything by gender and by placement) print, for 40, 110 and 400 invented
children, the share of figures that are shown, given as a band and withheld, and the seconds of processor time
that plan and audit take; `growth` how that time grows with the measures and traits of 400 children, each
trait in a table of its own.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

import brightspots as bs

SIZES = (40, 110, 400)
TRAITS = ("gender", "placement", "disability", "time_in_care", "placements_number", "ethnicity")


def measured(survey, by, measures=None):
    """Return how many figures became what, and the processor time of the plan and of the audit's bounds."""
    results = [bs.estimate(survey, measures=measures)]
    results += [bs.estimate(survey, by=by, measures=measures)] if by else []
    start = time.process_time()
    out = bs.release(*results)
    planned = time.process_time()
    rows = len(out.audit)
    return Counter(f.status for f in out.figures), planned - start, time.process_time() - planned, rows


def shares(by, seeds):
    """Print what becomes of figures by the number of children."""
    print("children, seed: shown, banded, withheld of those with answers; seconds of plan and of bounds")
    for size in SIZES:
        for seed in range(1, seeds + 1):
            found, plan, audit, _ = measured(bs.make_survey(respondents=size, seed=seed), by)
            answered = sum(found.values()) - found["no base"]
            parts = " ".join(f"{found[s] / answered:6.1%}" for s in ("shown", "banded", "withheld"))
            print(f"{size:4} {seed}: {parts}  {plan:6.1f} {audit:6.1f}", flush=True)


def growth():
    """Print how the time grows."""
    survey = bs.make_survey(respondents=400, seed=1)
    names = [i.id for i in survey.questionnaire.all_indicators]
    print("measures, traits, figures: seconds of plan and of bounds, figures not shown")
    for count in (10, 20, len(names)):
        for traits in (1, 2, 4, len(TRAITS)):
            found, plan, audit, hidden = measured(survey, [[t] for t in TRAITS[:traits]], names[:count])
            print(
                f"{count:3} {traits} {sum(found.values()):6} {plan:6.1f} {audit:6.1f} {hidden:6}", flush=True
            )


def main() -> None:
    """Print what was asked for."""
    what = sys.argv[1] if len(sys.argv) > 1 else "default"
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    if what == "growth":
        growth()
    else:
        shares([["gender"], ["placement"]] if what == "groups" else [], seeds)


if __name__ == "__main__":
    main()
