"""What is lost when councils pool what they released, instead of their children's rows.

    uv run python performance/pooling_simulation.py [COUNCILS] [COUNTRIES] [FIRST SEED]

Invents countries of councils of different sizes that truly differ, releases a whole report of each, pools
what the releases say, and compares each pooled share with that of all rows together; beside it, what would
come out if figures that are only banded were left out. All differences are in percentage points.
"""

import sys
import time
from datetime import date

import numpy as np

import brightspots as bs

COUNCILS, COUNTRIES, SEED = (*map(int, sys.argv[1:]), *(40, 1, 1)[len(sys.argv) - 1 :])
SIZES = (60, 90, 110, 150, 200, 260, 320, 400)
UNTIL = date(2100, 1, 1)


def one_area(tally):
    tables = {
        grouping: type(table).of([("all", *key[1:]) for key in table.keys], table.counts)
        for grouping, table in tally.tables.items()
    }
    return bs.Tally(tally.questionnaire, tables)


def counts_alone(gifts):
    """Sum the figures that are counts, and leave out the others."""
    sums = {}
    for gift in gifts:
        for figure in gift.figures:
            if figure.is_count:
                key = (figure.measure, figure.category, figure.age_band)
                k, n = sums.get(key, (0, 0))
                sums[key] = (k + figure.least, n + figure.n)
    return {key: k / n for key, (k, n) in sums.items()}


def line(name, differences, errors):
    d = 100 * np.array(differences)
    print(
        f"{name:34s} {len(d):5d} figures; mean {d.mean():+.2f}, typical (rms) {np.sqrt((d**2).mean()):.2f}, "
        f"largest {np.abs(d).max():.1f}; beyond 1.96 standard errors of the rows "
        f"{np.mean(np.abs(d / 100) > 1.96 * np.array(errors)):.1%}"
    )


rows = {name: ([], []) for name in ("all counts", "some bands or withheld", "the same, bands left out")}
without_share = figures = covered = told = 0
start = time.process_time()
for country in range(COUNTRIES):
    rng = np.random.default_rng(SEED + country)
    sizes = rng.choice(SIZES, COUNCILS).tolist()
    tally = bs.tally(bs.make_survey(councils=COUNCILS, respondents=sizes, seed=SEED + country))
    gifts = []
    for area in sorted({key[0] for key in tally.table(()).keys}):
        out = bs.release(bs.estimate(tally.only(area=area)))
        gifts += bs.exchange.contribute(out, recipients="all", until=UNTIL)
    pooled = bs.exchange.pool(gifts, tally.questionnaire)
    truth = {(r.measure, r.category, r.age_band): r for r in bs.estimate(one_area(tally)) if r.n}
    alone = counts_alone(gifts)
    for row in pooled:
        key = (row.measure, row.category, row.age_band)
        true = truth.get(key)
        figures += 1
        if row.share is None or true is None:
            without_share += 1
            continue
        error = np.sqrt(max(true.share * (1 - true.share), 1e-9) / true.n)
        told += 1
        covered += row.lower <= true.share <= row.upper
        kind = "some bands or withheld" if row.banded or row.missing else "all counts"
        for name, share in ((kind, row.share), ("the same, bands left out", alone.get(key))):
            if share is not None and (name != "the same, bands left out" or kind != "all counts"):
                rows[name][0].append(share - true.share)
                rows[name][1].append(error)
print(f"{COUNTRIES} countries of {COUNCILS} councils, {np.mean(SIZES):.0f} answers each, from seed {SEED}")
for name, (differences, errors) in rows.items():
    if differences:
        line(name, differences, errors)
print(f"without a share: {without_share} of {figures} figures ({without_share / figures:.1%})")
print(f"the likely range of the pool holds the share of the rows: {covered / told:.1%}")
print(f"processor time: {time.process_time() - start:.0f} s")
