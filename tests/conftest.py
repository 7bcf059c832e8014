"""What tests of several wings share."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.model import Questionnaire

sys.path.insert(
    0, str(Path(__file__).parent / "returns")
)  # small published files, for their wing and findings


@pytest.fixture(scope="session")
def small() -> Questionnaire:
    """A survey small enough to be checked by hand."""
    return load_questionnaire(Path(__file__).parent / "small-survey.toml")


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Return a finder of the programs that a proof needs.

    Without one its test is skipped, and says so; where BRIGHTSPOTS_REQUIRE_PROOFS is set, it fails.
    """

    def find(name: str) -> str:
        found = shutil.which(name)
        if found is None and os.environ.get("BRIGHTSPOTS_REQUIRE_PROOFS"):
            pytest.fail(f"{name} is not installed, and proofs are required here")
        return found or pytest.skip(f"NOT PROVED HERE: {name} is not installed")

    return find
