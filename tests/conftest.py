"""What tests of several wings share."""

import sys
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
