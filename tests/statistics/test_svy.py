"""Weighted shares, means and raked errors beside svy (its own dependency group, ``oracle``).

svy linearises from rows, with the residuals of a calibrated design; ours works from cell sums. Run with
``uv run --isolated --group oracle pytest tests/statistics/test_svy.py``.
"""

import numpy as np
import pytest
from scipy.special import stdtrit

from brightspots.statistics import (
    linearised_n,
    poststratify,
    proportion_interval,
    rake,
    raked_share,
    weighted_scale_mean,
    weighted_share,
)

svy = pytest.importorskip("svy", reason="svy is not installed: uv run --group oracle")
import polars as pl  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
SEEDS = (1, 2, 3, 4)


def sample(columns, weights):
    """Rows with weights, as svy takes them."""
    frame = pl.DataFrame({name: list(values) for name, values in columns.items()} | {"w": list(weights)})
    return svy.Sample(frame, design=svy.Design(wgt="w"))


def of_those_who_count(estimate):
    """svy's estimate of the share that counts."""
    return next(one for one in estimate.estimates if one.y_level == 1)


def cells(seed):
    """Answers in a table of three by two cells, and how many count: by rows and by cells."""
    random = np.random.default_rng(seed)
    ns = random.integers(15, 80, size=(3, 2))
    counts = random.binomial(ns, random.uniform(0.1, 0.9, size=(3, 2)))
    first, second = (np.repeat([i[axis] for i in np.ndindex(3, 2)], ns.ravel()) for axis in (0, 1))
    counted = np.concatenate(
        [np.arange(n) < k for n, k in zip(ns.ravel(), counts.ravel(), strict=True)]
    ).astype(int)
    return ns, counts, first, second, counted


@pytest.mark.parametrize("seed", SEEDS)
def test_weighted_share_and_its_interval(seed):
    random = np.random.default_rng(seed)
    y, w = random.integers(0, 2, 220), random.uniform(0.3, 4, 220)
    theirs = of_those_who_count(sample({"y": y}, w).estimation.prop("y", ci_method="wilson"))
    sums = (len(y), w.sum(), (w**2).sum(), (w * y).sum(), (w**2 * y).sum())
    ours = weighted_share(*sums)
    assert ours.share == pytest.approx(theirs.est, rel=1e-9)
    assert ours.standard_error == pytest.approx(theirs.se, rel=1e-6)
    # Theirs is Wilson on the linearised number with t in place of z: 1.9708 on 219 degrees for 1.9600.
    size = linearised_n(*sums)
    lower, upper = proportion_interval(ours.share * size, size, confidence=0.95)
    assert (lower, upper) == pytest.approx((theirs.lci, theirs.uci), abs=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_poststratified_share(seed):
    ns, counts, first, _, counted = cells(seed)
    ns, counts = ns.sum(axis=1), counts.sum(axis=1)
    people = np.array([300, 500, 200])
    made = sample({"y": counted, "cell": first.astype(str)}, np.ones(counted.size)).weighting.poststratify(
        {str(i): float(n) for i, n in enumerate(people)}, cells="cell"
    )
    theirs, ours = of_those_who_count(made.estimation.prop("y")), poststratify(counts, ns, people, force=True)
    assert ours.share == pytest.approx(theirs.est, rel=1e-9)
    assert ours.standard_error == pytest.approx(theirs.se, rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_raked_share(seed):
    ns, counts, first, second, counted = cells(seed)
    margins = [np.array([300.0, 500, 200]), np.array([450.0, 550])]
    columns = {"y": counted, "first": first.astype(str), "second": second.astype(str)}
    controls = {
        name: {str(i): n for i, n in enumerate(margin)}
        for name, margin in zip(("first", "second"), margins, strict=True)
    }
    made = sample(columns, np.ones(counted.size)).weighting.rake(controls=controls, tol=1e-10, max_iter=500)
    theirs = of_those_who_count(made.estimation.prop("y"))
    raked = rake(ns, margins, force=True)
    ours = raked_share(counts, ns, raked)
    assert ours.share == pytest.approx(theirs.est, rel=1e-7)
    # Residuals of the same regression on the margins: fitted with raked weights as in R's survey, here; with
    # the weights before raking, there. The two agree as samples grow, and differ by up to 7% in these.
    weights = raked.weights[first, second]
    design = np.column_stack([first == 0, first == 1, first == 2, second == 1]).astype(float)
    off = (counted - ours.share) / weights.sum()
    for fitted_with, error in ((weights, ours.standard_error), (np.ones(counted.size), theirs.se)):
        root = np.sqrt(fitted_with)
        slopes = np.linalg.lstsq(design * root[:, None], off * root, rcond=None)[0]
        residual = weights * (off - design @ slopes)
        assert np.sqrt(residual.var(ddof=1) * residual.size) == pytest.approx(error, rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_poststratified_share_of_some(seed):
    """Within a cell all weights are one, so that here both fit the same residuals: those of a domain."""
    ns, _, first, _, counted = cells(seed)
    ns, people = ns.sum(axis=1), np.array([300, 500, 200])
    inside = np.random.default_rng(seed).random(counted.size) < 0.4
    columns = {"y": counted, "cell": first.astype(str), "inside": inside.astype(int).astype(str)}
    made = sample(columns, np.ones(counted.size)).weighting.poststratify(
        {str(i): float(n) for i, n in enumerate(people)}, cells="cell"
    )
    estimates = made.estimation.prop("y", by="inside").estimates
    for level, chosen in (("0", ~inside), ("1", inside)):
        theirs = next(one for one in estimates if (one.by_level, one.y_level) == ((level,), 1))
        n, k = (np.bincount(first[chosen], w, minlength=3).astype(int) for w in (None, counted[chosen]))
        ours = raked_share(k, n, rake(ns, [people], force=True), sample=ns)
        assert ours.share == pytest.approx(theirs.est, rel=1e-9)
        assert ours.standard_error == pytest.approx(theirs.se, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_weighted_mean_of_a_scale(seed):
    random = np.random.default_rng(seed)
    score, w = random.integers(0, 11, 220), random.uniform(0.3, 4, 220)
    theirs = sample({"y": score.astype(float)}, w).estimation.mean("y").estimates[0]
    of_score = [score == j for j in range(11)]
    ours = weighted_scale_mean(
        [int(at.sum()) for at in of_score],
        [w[at].sum() for at in of_score],
        [(w[at] ** 2).sum() for at in of_score],
    )
    assert ours.mean == pytest.approx(theirs.est, rel=1e-9)
    half = stdtrit(ours.n - 1, 0.975) * theirs.se
    assert (ours.lower, ours.upper) == pytest.approx((theirs.est - half, theirs.est + half), rel=1e-6)
