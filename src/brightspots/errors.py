"""What can go wrong, in one tree.

::

    BrightspotsError            BS000  exit 1   base of all; never raised itself
    ├── ArgumentError           BS100  exit 2   an argument that makes no sense (also a ValueError)
    ├── ConfigError             BS200  exit 2   a TOML file with faults: all of them, each with its place
    │   ├── QuestionnaireError  BS210  exit 2
    │   ├── MappingError        BS220  exit 2
    │   ├── BenchmarkError      BS230  exit 2
    │   ├── PolicyError         BS240  exit 2
    │   ├── StrategyError       BS250  exit 2
    │   └── StyleError          BS260  exit 2
    ├── OutputError             BS300  exit 2   an output folder that cannot be written
    ├── MissingExtraError       BS350  exit 2   a package that an extra brings is not installed
    ├── SurveyError             BS400  exit 3   answers that did not pass their checks; carries the problems
    ├── TallyError              BS500  exit 3   counts that cannot be added, subtracted or trusted
    ├── ReturnError             BS550  exit 3   published figures that cannot be read; carries the problems
    ├── ReleaseError            BS600  exit 4   nothing could be released safely
    ├── StateError              BS700  exit 3   the state of scheduled runs cannot be read, or be trusted
    └── StateHeldError          BS710  exit 5   another run holds the state

Messages name files, columns and row numbers; never an answer, an id or free text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.tables import Table


class BrightspotsError(Exception):
    """Base of every error that brightspots raises on purpose.

    Attributes
    ----------
    code : str
        A stable code such as ``BS400``, the same in every version.
    exit_code : int
        What the command line ends with when this error stops it.
    page : str
        The page of the documentation that helps, as a path within ``docs``.
    """

    code: ClassVar[str] = "BS000"
    exit_code: ClassVar[int] = 1
    page: ClassVar[str] = "reference/errors.md"


class ArgumentError(BrightspotsError, ValueError):
    """A call with an argument that makes no sense: the message names it and what it holds."""

    code = "BS100"
    exit_code = 2


class ConfigError(BrightspotsError):
    """A TOML file with faults.

    Parameters
    ----------
    source : str
        Name of the file.
    faults : sequence of str
        Every fault found, each with its place in the file.
    """

    code = "BS200"
    exit_code = 2
    page = "reference/brightspots.toml"

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        self.source = source
        self.faults = tuple(faults)
        heading = f"{source}: {len(self.faults)} fault{'s' if len(self.faults) != 1 else ''}"
        super().__init__("\n".join([heading, *(f"  - {fault}" for fault in self.faults)]))


class QuestionnaireError(ConfigError):
    """A questionnaire file with faults."""

    code = "BS210"
    page = "reference/questionnaire.toml"


class MappingError(ConfigError):
    """A mapping file with faults."""

    code = "BS220"
    page = "reference/mapping.toml"


class BenchmarkError(ConfigError):
    """A benchmarks file with faults, or a benchmark that contradicts the survey's counts."""

    code = "BS230"
    page = "reference/benchmarks.toml"


class PolicyError(ConfigError):
    """A disclosure policy with faults, or one that is not known."""

    code = "BS240"
    page = "reference/policy.toml"


class StyleError(ConfigError):
    """A file with the words of a report, with faults: all of them."""

    code = "BS260"
    page = "reference/style.toml"


class StrategyError(ConfigError):
    """A strategy file, or its form of local measures, with faults."""

    code = "BS250"
    page = "reference/strategy.toml"


class OutputError(BrightspotsError):
    """An output folder or file that cannot be written; what stood there before is whole."""

    code = "BS300"
    exit_code = 2
    page = "reference/outputs.md"


class MissingExtraError(BrightspotsError):
    """A package that an extra brings is not installed; the message names the extra."""

    code = "BS350"
    exit_code = 2


class SurveyError(BrightspotsError):
    """Answers that did not pass their checks.

    Attributes
    ----------
    problems : Table
        Every problem found, also warnings and notes: one row each.
    """

    code = "BS400"
    exit_code = 3
    page = "reference/checks.md"

    def __init__(self, message: str, problems: Table) -> None:
        self.problems = problems
        super().__init__(message)


class TallyError(BrightspotsError):
    """Counts that cannot be added, subtracted or trusted."""

    code = "BS500"
    exit_code = 3
    page = "reference/exchange.md"


class ReturnError(BrightspotsError):
    """Published figures that cannot be read, or that contradict each other.

    Attributes
    ----------
    problems : Table
        Every problem found: one row each.
    """

    code = "BS550"
    exit_code = 3
    page = "reference/published-figures.md"

    def __init__(self, message: str, problems: Table) -> None:
        self.problems = problems
        super().__init__(message)


class ReleaseError(BrightspotsError):
    """Nothing could be released safely; nothing was written."""

    code = "BS600"
    exit_code = 4
    page = "how-to/why-a-figure-is-withheld.md"


class StateError(BrightspotsError):
    """The state of scheduled runs cannot be read, or does not fit this run; nothing in it was changed."""

    code = "BS700"
    exit_code = 3
    page = "reference/state.md"


class StateHeldError(BrightspotsError):
    """Another run holds the state."""

    code = "BS710"
    exit_code = 5
    page = "how-to/schedule-a-run.md"
