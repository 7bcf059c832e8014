"""The invented figures that ship are those that their rule gives."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "src" / "brightspots" / "data" / "returns"


def test_the_sample_is_what_its_rule_gives(tmp_path):
    module = runpy.run_path(str(ROOT / "fixtures" / "make_returns_sample.py"))
    module["main"].__globals__["FOLDER"] = tmp_path
    module["main"]()
    for name in ("sample.csv", "sample-ages.csv"):
        assert (tmp_path / name).read_bytes() == (SHIPPED / name).read_bytes()
