"""Releases of a few invented figures, made without a survey, for runs that take no time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # small releases, for this wing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "report"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"
