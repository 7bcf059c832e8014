"""What is said of a flag that is followed from wave to wave: names and verdicts, never a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.findings.benchmarks import CARE_ELSEWHERE, GENERAL_POPULATION, LAST_WAVE
from brightspots.publications.names import ALL
from brightspots.publications.sentence import Sentence
from brightspots.publications.style import load_style
from brightspots.publications.wording import capital, plain

if TYPE_CHECKING:
    from brightspots.disclosure.figures import Figure, ReleasedComparison
    from brightspots.publications.names import Names

ALL_OTHERS = "all others"
AGAINST = {
    GENERAL_POPULATION: "the general population",
    CARE_ELSEWHERE: "care elsewhere",
    LAST_WAVE: "our last survey",
}
NOT_AN_ALL_CLEAR = "That does not mean that all is well."


def name_of_comparison(words: Names, comparison: ReleasedComparison) -> str:
    """Return the name of a comparison that is followed: of what and of whom, without the wave.

    Examples
    --------
    >>> import brightspots as bs
    >>> from brightspots.publications.names import names_of
    >>> survey = bs.make_survey(seed=1)
    >>> compared = bs.compare(survey, bs.load_benchmarks("sheffield-2021"))
    >>> out = bs.release(compared)
    >>> name_of_comparison(names_of(out), out.comparisons[0])
    'Always feels safe where they live: all ages'
    """
    figure = comparison.figure
    return f"{capital(words.full_label(figure))}: {_ages(words, figure)}"


def name_of_group(words: Names, figure: Figure) -> str:
    """Return the name of a group that is followed, with what it was searched by."""
    who = words.group(figure.questionnaire, figure.group)
    return f"{capital(words.full_label(figure))}: {who}"


def _ages(words: Names, figure: Figure) -> str:
    return "all ages" if figure.age_band == ALL else words.ages(figure.questionnaire, figure.age_bands)


def flag_sentence(change: str, name: str, direction: str, against: str) -> Sentence:
    """Say what has become of a flag.

    Parameters
    ----------
    change : str
        ``new``, ``persisting``, ``cleared``, ``changed direction`` or ``not tested``.
    name : str
        Of the comparison or group.
    direction : str
        ``better`` or ``worse``: that of the flag now, or the one that was cleared.
    against : str
        The comparator, or all others.

    Examples
    --------
    >>> print(flag_sentence("new", "Likes school: 11-18s", "worse", "general population"))
    New: Likes school: 11-18s, doing less well, set beside the general population.
    """
    verdict = load_style().verdicts[direction]
    they = f"{plain(name)}, {verdict}, set beside {plain(AGAINST.get(against, against))}"
    return Sentence(
        {
            "new": f"New: {they}.",
            "persisting": f"Still flagged: {they}.",
            "changed direction": f"Turned round: {they}.",
            "cleared": f"No longer flagged: {they}. {NOT_AN_ALL_CLEAR}",
            "not tested": f"Flagged before and not tested now: {they}. {NOT_AN_ALL_CLEAR}",
        }[change]
    )
