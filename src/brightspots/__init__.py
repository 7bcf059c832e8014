"""Wellbeing surveys of children in care and care leavers, from answers to a report that is true and safe.

>>> import brightspots as bs
>>> survey = bs.make_survey(respondents=300, seed=1)
>>> estimates = bs.estimate(survey)
>>> out = bs.release(estimates, policy="council")

The public names, in the order in which an analyst meets them, are in ``__all__``. Each is imported when it is
first used, so importing brightspots costs next to nothing.
"""

TYPE_CHECKING = False

__version__ = "0.1.0"

_HOME = {
    "load_questionnaire": "brightspots.questionnaire.loading",
    "load_mapping": "brightspots.questionnaire.mapping",
    "read_survey": "brightspots.survey.reading",
    "make_survey": "brightspots.survey.synthetic",
    "tally": "brightspots.tallies.counting",
    "load_tally": "brightspots.tallies.tally",
    "read_counts": "brightspots.tallies.reported",
    "read_return": "brightspots.returns.reading",
    "load_benchmarks": "brightspots.findings.benchmarks",
    "estimate": "brightspots.findings.estimates",
    "estimate_means": "brightspots.findings.means",
    "make_weighting": "brightspots.findings.weighting",
    "standardise": "brightspots.findings.standardised",
    "assess_reliability": "brightspots.findings.reliability",
    "compare": "brightspots.findings.comparisons",
    "compare_scales": "brightspots.findings.distributions",
    "flag_cohorts": "brightspots.findings.cohorts",
    "describe_cohorts": "brightspots.findings.cohort_descriptions",
    "recheck_cohorts": "brightspots.findings.cohort_waves",
    "follow_trends": "brightspots.findings.trends",
    "place_among_areas": "brightspots.findings.funnels",
    "find_drivers": "brightspots.findings.drivers",
    "compare_returns": "brightspots.findings.statutory",
    "compare_age_profile": "brightspots.findings.age_profiles",
    "load_strategy": "brightspots.findings.strategy",
    "scorecard": "brightspots.findings.scorecard",
    "release": "brightspots.disclosure.release",
    "NumberedEdition": "brightspots.disclosure.recipients",
    "publish": "brightspots.publications.publishing",
    "Questionnaire": "brightspots.questionnaire.model",
    "Mapping": "brightspots.questionnaire.mapping",
    "Survey": "brightspots.survey.survey",
    "Tally": "brightspots.tallies.tally",
    "PublishedCounts": "brightspots.returns.published",
    "Benchmark": "brightspots.findings.benchmarks",
    "Benchmarks": "brightspots.findings.benchmarks",
    "Strategy": "brightspots.findings.strategy",
    "Release": "brightspots.disclosure.release",
    "BrightspotsError": "brightspots.errors",
    "SurveyError": "brightspots.errors",
    "ReturnError": "brightspots.errors",
    "ReleaseError": "brightspots.errors",
}

_MODULES = {
    "disclosure": "brightspots.disclosure",
    "exchange": "brightspots.exchange",
    "sdq": "brightspots.measures.sdq",
    "stability": "brightspots.measures.stability",
    "statistics": "brightspots.statistics",
}

__all__ = [*_HOME, *_MODULES]  # noqa: PLE0604

if TYPE_CHECKING:
    from brightspots import disclosure, exchange, statistics
    from brightspots.disclosure.recipients import NumberedEdition
    from brightspots.disclosure.release import Release, release
    from brightspots.errors import BrightspotsError, ReleaseError, ReturnError, SurveyError
    from brightspots.findings.age_profiles import compare_age_profile
    from brightspots.findings.benchmarks import Benchmark, Benchmarks, load_benchmarks
    from brightspots.findings.cohort_descriptions import describe_cohorts
    from brightspots.findings.cohort_waves import recheck_cohorts
    from brightspots.findings.cohorts import flag_cohorts
    from brightspots.findings.comparisons import compare
    from brightspots.findings.distributions import compare_scales
    from brightspots.findings.drivers import find_drivers
    from brightspots.findings.estimates import estimate
    from brightspots.findings.funnels import place_among_areas
    from brightspots.findings.means import estimate_means
    from brightspots.findings.reliability import assess_reliability
    from brightspots.findings.scorecard import scorecard
    from brightspots.findings.standardised import standardise
    from brightspots.findings.statutory import compare_returns
    from brightspots.findings.strategy import Strategy, load_strategy
    from brightspots.findings.trends import follow_trends
    from brightspots.findings.weighting import make_weighting
    from brightspots.measures import sdq, stability
    from brightspots.publications.publishing import publish
    from brightspots.questionnaire.loading import load_questionnaire
    from brightspots.questionnaire.mapping import Mapping, load_mapping
    from brightspots.questionnaire.model import Questionnaire
    from brightspots.returns.published import PublishedCounts
    from brightspots.returns.reading import read_return
    from brightspots.survey.reading import read_survey
    from brightspots.survey.survey import Survey
    from brightspots.survey.synthetic import make_survey
    from brightspots.tallies.counting import tally
    from brightspots.tallies.reported import read_counts
    from brightspots.tallies.tally import Tally, load_tally


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return __import__(_MODULES[name], fromlist=[name])
    if name not in _HOME:
        raise AttributeError(f"module 'brightspots' has no attribute {name!r}")
    value: object = getattr(__import__(_HOME[name], fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
