"""How often five quiet waves raise a false alarm: testing anew each time, and by the ledger's rules.

Run with ``uv run python performance/quiet_waves.py [runs]``. In every wave the children of a council answer
as the general population does: any flag is false. Two kinds of report are simulated.

One indicator: 300 answers a wave, 80% by the benchmark, tested two-sided at 5%.

A whole report: 60 indicators, 300 answers each, compared and adjusted as `brightspots.compare` does it
(`fixed_test`, Benjamini-Hochberg, Cohen's h of at least 0.10), against testing each anew at 5%.
"""

import sys

import numpy as np

from brightspots.statistics import adjust, effect_size, fixed_test
from brightspots.watch.rules import CHANGED, CLEARED, NEW, NOTHING, Seen, follow

WAVES, ANSWERS, SHARE = 5, 300, 0.8
INDICATORS = 60
ALERTED = (NEW, CLEARED, CHANGED)


def seen_of(p: float, q: float, h: float, *, needs_size: bool) -> Seen:
    """Return what one wave says of one indicator."""
    side = "better" if h > 0 else "worse"
    has_verdict = q <= 0.05 and (abs(h) >= 0.10 or not needs_size)
    return Seen(side if has_verdict else "", side if p <= 0.10 else "", h)


def one_indicator(rng: np.random.Generator, runs: int) -> dict[str, float]:
    """Follow one indicator alone, tested exactly at 5%: z of a difference that is not there."""
    naive = confirmed = repeated = alerts = flips = 0
    for waves in rng.standard_normal((runs, WAVES)):
        standing, was_naive, was_confirmed, before = NOTHING, False, False, ""
        for z in waves:
            p = float(2 * (1 - _phi(abs(z))))
            seen = seen_of(p, p, float(z) / np.sqrt(ANSWERS), needs_size=False)
            standing = follow(standing, seen, "")
            was_naive |= bool(seen.verdict)
            was_confirmed |= standing.confirmed
            alerts += standing.state in ALERTED
            flips += seen.verdict != before
            before = seen.verdict
        naive += was_naive
        confirmed += was_confirmed
        repeated += was_naive and was_confirmed
    return {
        "at least one false verdict": naive / runs,
        "a confirmed false flag": confirmed / runs,
        "changes told anew each wave": flips / runs,
        "changes told by the ledger": alerts / runs,
    }


def _phi(z: np.ndarray | float) -> np.ndarray:
    from scipy.special import ndtr

    return ndtr(z)


def whole_report(rng: np.random.Generator, runs: int) -> dict[str, float]:
    """Follow a report of many indicators, half of them compared as they are."""
    table_p = fixed_test(np.arange(ANSWERS + 1), ANSWERS, SHARE)
    table_h = effect_size(np.arange(ANSWERS + 1) / ANSWERS, SHARE)
    naive = ledger = confirmed = told_naive = told = 0
    for _ in range(runs):
        standings = [NOTHING] * INDICATORS
        was_naive = was_flagged = was_confirmed = False
        before = np.zeros(INDICATORS, dtype=int)
        for _ in range(WAVES):
            counts = rng.binomial(ANSWERS, SHARE, INDICATORS)
            p, h = table_p[counts], table_h[counts]
            q = adjust(p)
            raw = np.where(p <= 0.05, np.sign(h), 0).astype(int)
            was_naive |= bool(raw.any())
            told_naive += int((raw != before).sum())
            before = raw
            for i in range(INDICATORS):
                if standings[i] is NOTHING and q[i] > 0.05:
                    continue
                standings[i] = follow(standings[i], seen_of(p[i], q[i], h[i], needs_size=True), "")
                told += standings[i].state in ALERTED
                was_flagged |= standings[i].is_open
                was_confirmed |= standings[i].confirmed
        naive += was_naive
        ledger += was_flagged
        confirmed += was_confirmed
    return {
        "each at 5% anew: at least one false verdict": naive / runs,
        "the ledger: at least one false flag": ledger / runs,
        "the ledger: a confirmed false flag": confirmed / runs,
        "changes told, each at 5% anew": told_naive / runs,
        "changes told by the ledger": told / runs,
    }


def main() -> None:
    """Print the rates with their simulation error."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    rng = np.random.default_rng(2021)
    for title, rates, of in (
        (f"One indicator, five quiet waves, {runs:,} councils", one_indicator(rng, runs), runs),
        (
            f"{INDICATORS} indicators, five quiet waves, {runs // 10:,} councils",
            whole_report(rng, runs // 10),
            runs // 10,
        ),
    ):
        print(title)
        for name, rate in rates.items():
            error = np.sqrt(max(rate * (1 - rate), 0) / of) if rate <= 1 else 0
            print(f"  {name:45} {rate:8.4f}" + (f" ± {1.96 * error:.4f}" if error else ""))


if __name__ == "__main__":
    main()
