"""What is said of a strategy's scorecard: figures and their targets, objectives and actions.

A figure that counts everybody is met or not met, on track or not; only of the survey's we may not be
able to tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.disclosure.figures import FigureKey
from brightspots.findings.strategy_dates import in_words, measured_on
from brightspots.publications.comparison_sentences import VERDICTS, ComparisonSentences
from brightspots.publications.sentence import HIDDEN, NOT_AVAILABLE, ComparisonKey, LineKey, Sentence
from brightspots.publications.wording import (
    capital,
    listed,
    number,
    percent,
    percent_range,
    plain,
    points,
    shortened,
    whole_percent,
)
from brightspots.statistics.rounding import half_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brightspots.disclosure.figures import ReleasedComparison
    from brightspots.disclosure.scorecards import ReleasedAction, ReleasedObjective, ReleasedScorecard
    from brightspots.findings.scorecard_lines import Against, Line, Reading

STATUSES = {
    "met": "met",
    "on track": "on track",
    "not met yet": "not met yet",
    "at risk": "at risk",
    "off track": "off track",
    "not met": "not met",
    "cannot tell": "we cannot tell",
    "no data": "no data",
    "hidden": "hidden",
}
"""Standings as they are printed, in the order in which they are counted."""

MISSING = {
    "no_figure": "there is no figure yet",
    "nothing_since_baseline": "there is no figure since the starting point",
    "nothing_since_due": "there is no figure from the time when it was due, or after",
    "no_baseline": "there is no starting point to count from",
    "no_base": "nobody answered",
    "withheld": "the publisher hides it",
    "rounds_to_zero": "the publisher gives it as near zero",
    "low_reliability": "the publisher does not find it reliable",
    "not_applicable": "it does not apply",
}
NOT_CERTAIN = {
    "spans_target": "the likely range reaches to both sides of the target",
    "spans_line": "the likely range reaches to both sides of where it should be by now",
    "last_wave": "the test does not show that it has changed since our last survey",
}
RULES = (
    "A target is met where the figure has reached it, or lies beyond it on the good side.",
    "Before a target is due, the figure is set against a straight line from the starting point to the "
    "target. On it or beyond is on track; less, but at least half as far, is at risk; else it is off track.",
    "Once a target is due it is met or not met, by a figure from then or later; an older one does not count.",
    "Figures from the survey have a likely range. They have a standing only where the whole range has it; "
    "else we cannot tell. Where one only has to improve, the test against our last survey decides.",
    "Published figures and those that the council keeps itself count everybody: they have no likely range.",
    "An objective stands as the worst of its targets that have a standing. The others are counted beside it.",
    "Small numbers of children that the council keeps itself are hidden or given as a band. So is a figure "
    "where too few children moved since another date that is shown.",
)
CLEAREST_FIRST = ("worse", "better", "similar", "unclear")
"""Verdicts that are said in short: the first that there is."""
STATED = "as the council states it"
OPEN_BAR = "An open bar is a figure that is given as a band only."
NOT_DRAWN = "Not drawn, as no starting point or no figure since is shown: the other targets in the table."


def line_key(line: Line) -> LineKey:
    """Return the key of a line of the scorecard."""
    return LineKey(*(getattr(line, name) for name in LineKey._fields))


def known_between(line: Line) -> tuple[Reading, ...]:
    """Return the figure before the latest where it came after the starting point, and counts everybody."""
    before = line.previous
    if line.origin == "survey" or before is None or before.value is None or line.baseline is None:
        return ()
    begun, at = measured_on(line.baseline.as_at), measured_on(before.as_at)
    return (before,) if begun < at else ()


class StrategySentences(ComparisonSentences):
    """The sentences on a strategy's scorecard."""

    def line_says(self, line: Line, text: str, lead: str = "") -> Sentence:
        """Return a text with the keys of the line that allows it."""
        figures: tuple[FigureKey, ...] = ()
        comparisons: tuple[ComparisonKey, ...] = ()
        if line.origin == "survey" and line.latest is not None:
            place = (line.questionnaire, line.area, line.wave)
            key = FigureKey(*place, line.measure, line.category, line.age_band, group=(), rest=False)
            figures = (key,)
            comparisons = tuple(ComparisonKey(key, a.comparator, a.source) for a in line.against)
        return Sentence(text, figures, comparisons, lead, lines=(line_key(line),))

    # ------------------------------------------------------------------------------------ in a table

    def line_name(self, line: Line, longest: int | None = None) -> str:
        """Return what a line is about, its label no longer than that, and of whom where that is not said."""
        label = shortened(line.label, longest) if longest else plain(line.label)
        if line.origin == "survey" and line.age_bands:
            return f"{label}, {self.ages(line.questionnaire, line.age_bands)}"
        ages = plain(line.age_group)
        return label if ages.casefold() in label.casefold() else f"{label}, {ages}"

    def amount(self, line: Line, value: float | None, *, beside: float | None = None) -> str:
        """Return a value in the unit of its line, with one more digit where rounding hides a difference."""
        if value is None:
            return NOT_AVAILABLE
        if line.unit == "percent":
            if beside is not None and value != beside and whole_percent(value) == whole_percent(beside):
                return f"{float(half_up(100 * value, 1)):.1f}%"
            return percent(value)
        digits = 0 if line.unit == "rate" or (line.unit == "number" and value == int(value)) else 1
        text = f"{float(half_up(value, digits)):,.{digits}f}"
        return f"{text} per 10,000" if line.unit == "rate" else text

    def reading(self, line: Line, reading: Reading | None, *, beside: float | None = None) -> str:
        """Return a figure, its band, or a symbol."""
        if reading is None:
            return NOT_AVAILABLE
        if reading.above is not None:
            return f"more than {reading.above}%"
        if reading.below is not None:
            return f"fewer than {reading.below}%"
        if reading.value is None:
            return HIDDEN if reading.missing in ("hidden", "withheld") else NOT_AVAILABLE
        return self.amount(line, reading.value, beside=beside)

    def now(self, line: Line) -> str:
        """Return a line's latest figure."""
        return self.reading(line, line.latest, beside=line.level)

    def now_detail(self, line: Line, *, known: str | None = None) -> str:
        """Return how many of how many, the likely range, when, and whether it is provisional.

        Where `known` is given it is the date that stands above, and who states a figure is said there too.
        """
        latest = line.latest
        if latest is None or latest.ends is None:
            return ""
        parts = []
        if latest.denominator is not None:
            of = f"{latest.denominator:,.0f}"
            parts.append(f"of {of}" if latest.numerator is None else f"{latest.numerator:,.0f} of {of}")
        if line.origin == "survey" and latest.lower is not None and latest.upper is not None:
            parts.append(f"likely range {percent_range(latest.lower, latest.upper)}")
        parts += [] if latest.as_at == known else [in_words(plain(latest.as_at))]
        parts += ["provisional"] if latest.provisional else []
        if known is None and line.origin in ("stated", "local") and not latest.published:
            parts.append(STATED)
        return ", ".join(parts)

    def aim(self, line: Line) -> str:
        """Return what a line shall reach, and by when; empty where there is nothing to reach."""
        goal = line.goal
        if goal is None:
            return ""
        by = f"by {in_words(plain(goal.due))}"
        if goal.change is not None:
            return f"{self._step(line, goal.change)} {'up' if goal.up else 'down'} {by}"
        strict, at = ("above", "at least") if goal.up else ("below", "at most")
        reach = strict if goal.is_strict else at
        if goal.target is not None:
            level = self._level(line, goal.target)
            return f"{level} {by}" if level == ("100%" if goal.up else "0%") else f"{reach} {level} {by}"
        if line.baseline is not None and line.baseline.value is not None:
            return f"{reach} {self.amount(line, line.baseline.value)} {by}"
        return f"an improvement {by}" if line.baseline else f"an improvement on our last survey {by}"

    def _level(self, line: Line, level: float) -> str:
        """Return a target as it was set."""
        return f"{float(half_up(100 * level, 1)):g}%" if line.unit == "percent" else self.amount(line, level)

    def _step(self, line: Line, size: float) -> str:
        """Return the size of a change in the unit of its line."""
        return points(size) if line.unit == "percent" else self.amount(line, abs(size))

    def start(self, line: Line) -> str:
        """Return the starting point and its date; empty where there is none."""
        if line.baseline is None:
            return ""
        return f"{self.reading(line, line.baseline)} ({in_words(plain(line.baseline.as_at))})"

    def moved(self, line: Line, change: float | None) -> str:
        """Return by how much a figure that counts everybody has moved; empty where that is not known."""
        if change is None or line.origin == "survey":
            return ""
        return f"{self._step(line, change)} {'up' if change > 0 else 'down'}" if change else "no change"

    def since_start(self, line: Line) -> str:
        """Return by how much it has moved since the starting point; empty where nothing came after."""
        is_start = line.baseline is not None and line.baseline == line.latest
        return "" if is_start else self.moved(line, line.change_since_baseline)

    def before(self, line: Line) -> str:
        """Return the figure before the latest, of one that counts everybody, and how it has moved since."""
        moved = self.moved(line, line.change_since_previous)
        if not moved or line.previous is None:
            return ""
        was = self.amount(line, line.previous.value)
        return f"{was} in {in_words(plain(line.previous.as_at))}: {moved} since"

    def beside(self, line: Line, other: Against) -> str:
        """Return another's figure of one that counts everybody, with the plain gap."""
        name = plain(other.comparator)
        if other.value is None:
            return f"{name}: {HIDDEN if 'withheld' in other.reason else NOT_AVAILABLE}"
        theirs = f"{name}: {self.amount(line, other.value)}"
        if other.difference is None:
            return theirs
        if abs(other.difference) < 1e-9:
            return f"{theirs}, no gap"
        side = "above" if other.difference > 0 else "below"
        return f"{theirs}, ours {self._step(line, other.difference)} {side}"

    def standing(self, line: Line) -> str:
        """Return where a line stands, in a word or two; empty where it has nothing to reach."""
        return STATUSES.get(line.standing[0], "")

    def why(self, line: Line) -> str:
        """Return the reason for a standing that tells nothing; empty where it tells something."""
        status, reason = line.standing
        if status == "hidden":
            what = "only a band is given" if reason == "band" else "it is hidden"
            return f"{what} to protect children"
        if status == "no data":
            return MISSING.get(reason, "it is not available")
        if status == "not met yet" and line.baseline is not None:
            return "its starting point is hidden to protect children"
        if status == "not met yet":
            return "without a starting point nobody can say whether it is on its way"
        return NOT_CERTAIN.get(reason, "") if status == "cannot tell" else ""

    # ----------------------------------------------------------------------------------- in sentences

    def target(self, line: Line) -> Sentence:
        """Say where a figure stands on its way to its target."""
        lead = f"{capital(self.line_name(line))}: {self.standing(line)}"
        why = self.why(line)
        parts = [f"{lead}{f', as {why}' if why else ''}."]
        aim, start = self.aim(line), self.start(line)
        if line.latest is not None and line.latest.ends is not None:
            parts.append(f"It is {self.now(line)} ({self.now_detail(line)}), and is to be {aim}.")
            moved = self.since_start(line)
            parts += [f"That is {moved} from {start}."] if moved else []
        elif line.baseline is not None and line.baseline.value is not None:
            parts.append(f"It was {start}, and is to be {aim}.")
        else:
            parts.append(f"It is to be {aim}.")
        return self.line_says(line, " ".join(parts), lead)

    def tracks(self, title: str, lines: Sequence[Line], left: Sequence[Line]) -> tuple[Sentence, str]:
        """Say what a picture of figures on their way shows, and its numbers for who does not see it.

        Parameters
        ----------
        title : str
            The objective.
        lines : sequence of Line
            Those that are drawn.
        left : sequence of Line
            Those that are not.
        """
        by_standing: dict[str, list[str]] = {}
        for line in lines:
            by_standing.setdefault(line.standing[0], []).append(self.line_name(line))
        found = [
            f"{capital(said)}: {'; '.join(by_standing[status])}."
            for status, said in STATUSES.items()
            if status in by_standing
        ]
        parts = [f"{title}: from the starting point to the target, each on a scale of its own.", *found]
        if any(line.latest is not None and line.latest.value is None for line in lines):
            parts.append(OPEN_BAR)
        parts += [NOT_DRAWN] if left else []
        told = []
        for line in lines:
            between = [
                f"{self.reading(line, one)} ({in_words(plain(one.as_at))})" for one in known_between(line)
            ]
            way = ", then ".join([f"from {self.start(line)}", *between])
            told.append(
                f"{capital(self.line_name(line))}: {way}; now {self.now(line)} ({self.now_detail(line)}); to "
                f"be {self.aim(line)}; {self.standing(line)}."
            )
        return Sentence(" ".join(parts), lines=tuple(map(line_key, lines))), " ".join(told)

    def objective(self, one: ReleasedObjective) -> Sentence:
        """Say where an objective stands, and on how much that rests."""
        if not one.measures:
            return Sentence("No targets are set for this objective.")
        lead = capital(STATUSES.get(one.status, ""))
        targets = [line for line in one.lines if line.goal is not None]
        statuses: list[str] = [line.standing[0] for line in targets]
        counted = [_counted(status, statuses.count(status)) for status in STATUSES]
        rest = listed(filter(None, counted))
        if len(targets) == 1:
            rest = f"its one target {rest.removeprefix('one ')}"
        else:
            rest = _alike(statuses, "targets") or f"of {number(len(targets))} targets, {rest}"
        return Sentence(f"{lead}: {rest}.", lead=lead, lines=tuple(map(line_key, targets)))

    def objectives(self, card: ReleasedScorecard) -> Sentence:
        """Say how many objectives stand where."""
        statuses: list[str] = [one.status for one in card.objectives]
        parts = [_counted(status, statuses.count(status)) for status in (*STATUSES, "")]
        of, when = f"of the strategy of {plain(card.area)}", f"as at {in_words(plain(card.as_at))}"
        alike = _alike(statuses, f"objectives {of}")
        some = f"Of {number(len(statuses))} objective{'s' if len(statuses) > 1 else ''} {of}, {when}"
        text = f"{capital(alike)}, {when}." if alike else f"{some}, {listed(filter(None, parts))}."
        return Sentence(text, lines=tuple(line_key(line) for line in card.lines if line.goal))

    def action(self, action: ReleasedAction) -> str:
        """Return how far an action is."""
        return capital(f"{action.status}, late" if action.is_late else action.status)

    def actions(self, actions: Sequence[ReleasedAction]) -> str:
        """Return how many actions are done, and how many are late."""
        if len(actions) == 1:
            return f"Its action: {self.action(actions[0]).lower()}"
        n, done, late = (
            len(actions),
            sum(a.status == "done" for a in actions),
            sum(a.is_late for a in actions),
        )
        text = f"{_some_of(done, n, 'its', 'actions')} {'is' if done < 2 else 'are'} done"
        return capital(f"{text}, {number(late)} {'is' if late == 1 else 'are'} late" if late else text)

    def no_targets(self) -> str:
        """Return what stands where an objective has no targets."""
        return "No targets"

    def beside_heading(self, *, targets: int, figures: int) -> str:
        """Return what stands above the figures that no target is set for."""
        if not figures:
            return "" if targets else "No figures in this report"
        return "Beside the targets" if targets else "Figures"

    def when(self, line: Line) -> str:
        """Return of when a figure is, with a space before, where that is not the scorecard's own date."""
        latest = line.latest
        if latest is None or latest.ends is None or latest.as_at == line.as_at:
            return ""
        return f" ({in_words(plain(latest.as_at))})"

    def more(self, left: int) -> str:
        """Return how much more there is in the report."""
        return f"{capital(number(left))} more in the report"

    def page_notes(self, card: ReleasedScorecard) -> str:
        """Return what stands at the foot of the page for a board."""
        notes = []
        if any(line.goal and line.baseline for line in card.lines):
            notes.append(
                "Each bar runs from the starting point to the target. It is filled to where the figure is "
                "now; the split mark is where it should be by now."
            )
        if any(line.origin == "survey" and line.latest for line in card.lines):
            notes.append(
                "Figures from the survey have a likely range; a verdict needs a difference that is more than "
                "chance and large enough to count."
            )
        if any(line.origin != "survey" and line.latest for line in card.lines):
            notes.append("Other figures count everybody: they are published, or as the council states them.")
        notes.append("How each standing is found is said in the report.")
        return " ".join(notes)

    def in_short(self, comparisons: Iterable[ReleasedComparison]) -> str:
        """Return in a few words what the clearest verdict on a figure is; empty where there is none."""
        by_verdict: dict[str, list[ReleasedComparison]] = {}
        for comparison in comparisons:
            by_verdict.setdefault(self.verdict(comparison)[0], []).append(comparison)
        alike = next((by_verdict[one] for one in CLEAREST_FIRST if one in by_verdict), [])
        if not alike:
            return ""
        words = self.style.verdicts[VERDICTS[self.verdict(alike[0])]]
        return f"{words} ({', '.join(map(self.marked_others, alike))})"


def _some_of(some: int, n: int, whose: str, what: str) -> str:
    """Return how many of two or more, in words: all, both, none, neither, or a number."""
    if some == n:
        return f"{'both' if n == 2 else f'all {number(n)}'} {what}"
    none = "neither" if n == 2 and not some else number(some)
    return f"{none} of {whose} {number(n)} {what}"


def _alike(statuses: Sequence[str], what: str) -> str:
    """Say where two or more stand that all stand alike; empty where they do not."""
    n = len(statuses)
    if n < 2 or len(set(statuses)) > 1 or statuses[0] == "cannot tell":
        return ""
    lacks = {"no data": "figures to stand by yet", "": "targets"}.get(statuses[0])
    if lacks:
        return f"{_some_of(0, n, 'the', what)} has {lacks}"
    return f"{_some_of(n, n, 'the', what)} are {STATUSES[statuses[0]]}"


def _counted(status: str, n: int) -> str:
    """Return how many have a standing; empty for none."""
    if not n:
        return ""
    has = "has" if n == 1 else "have"
    said = {
        "cannot tell": f"{number(n)} cannot be told",
        "no data": f"{number(n)} {has} no figures to stand by yet",
        "": f"{number(n)} {has} no targets",
    }
    return said.get(status, f"{number(n)} {'is' if n == 1 else 'are'} {STATUSES.get(status, '')}")
