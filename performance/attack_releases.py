"""Attack thousands of random releases and print what was found.

    uv run python performance/attack_releases.py --first 0 --releases 2000

Every release has a seed of its own, so that one that leaks can be made again by `request(seed)`, or with
``--groups`` by `described(seed)`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "disclosure"))

from releasing import described, request

from brightspots.errors import ReleaseError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--releases", type=int, default=1000)
    parser.add_argument("--own", action="store_true", help="the intruder is one of the children")
    parser.add_argument("--groups", action="store_true", help="with groups that stand out, and did")
    asked = parser.parse_args()
    found, figures, spent = Counter(), Counter(), 0.0
    for seed in range(asked.first, asked.first + asked.releases):
        one = (described if asked.groups else request)(seed)
        start = time.process_time()
        try:
            out = one.release()
        except ReleaseError as error:
            found["refused"] += 1
            print(f"seed {seed}: {error}", flush=True)
            continue
        spent += time.process_time() - start
        figures.update(f.status for f in out.figures)
        leaks = list(one.leaks(out, own=np.random.default_rng(seed) if asked.own else None))
        found["leaky" if leaks else "tight"] += 1
        for leak in leaks[:3]:
            print(f"seed {seed}: {leak}", flush=True)
    print(f"releases: {dict(found)}")
    print(f"figures: {dict(figures)}")
    print(f"planning and auditing took {spent / asked.releases:.2f} s of processor time a release")


if __name__ == "__main__":
    main()
