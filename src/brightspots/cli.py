"""The command line: each command reads a run config and calls one public function."""

from __future__ import annotations

import json
import sys
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brightspots.errors import BrightspotsError, ReleaseError

if TYPE_CHECKING:
    from collections.abc import Callable

app = typer.Typer(
    help="Wellbeing surveys of children in care and care leavers: from answers to a safe and true report.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

NEWS = 10
"""How a run ends that is asked to say so when flags are new, cleared or turned round."""

Config = Annotated[Path, typer.Argument(help="A run config, or the folder that holds brightspots.toml.")]


def _guarded(command: Callable[..., None]) -> Callable[..., None]:
    """End with the error's own exit code and one plain message; never with a traceback."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except BrightspotsError as error:
            typer.echo(f"{error.code} {error}\nMore: docs/{error.page}", err=True)
            raise typer.Exit(error.exit_code) from None
        except (typer.Exit, typer.Abort, KeyboardInterrupt):
            raise
        except Exception as fault:
            frame = fault.__traceback__
            while frame is not None and frame.tb_next is not None:
                frame = frame.tb_next
            place = (
                ""
                if frame is None
                else f" in {frame.tb_frame.f_globals.get('__name__')}, line {frame.tb_lineno}"
            )
            typer.echo(
                f"BS000 A fault of brightspots, not of your data: {type(fault).__name__}{place}. "
                "Nothing was written. Please report this line.",
                err=True,
            )
            raise typer.Exit(1) from None

    return guarded


def _say(step: str) -> None:
    if sys.stderr.isatty():
        typer.echo(f"… {step}", err=True)


@app.command()
@_guarded
def report(
    config: Config,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the report; else <area>-<wave> beside the config.")
    ] = None,
    formats: Annotated[
        str, typer.Option(help="Comma-separated: html, docx, xlsx, md, csv, json. Else as the config says.")
    ] = "",
    style: Annotated[
        str, typer.Option(help="The words: plain, bright-spots, or a TOML file. Else as the config says.")
    ] = "",
    audience: Annotated[
        str, typer.Option(help="public, or restricted: a numbered edition. Else as the config says.")
    ] = "",
) -> None:
    """Write the whole report to a folder, and print the findings."""
    from brightspots.config import load_config
    from brightspots.publications.printing import findings_text
    from brightspots.publications.publishing import publish
    from brightspots.reporting import make_release, output_folder, read_run

    run = load_config(config)
    run = run.for_audience(audience) if audience else run
    sources, beside = read_run(run, _say)
    made = make_release(run, sources, _say, beside=beside)
    _say("writing")
    wanted = tuple(part.strip() for part in formats.split(",") if part.strip()) or run.release.formats
    folder = out or output_folder(run)
    publish(made, folder, formats=wanted, **(run.looks | ({"style": style} if style else {})))
    typer.echo(findings_text(made))
    notes = sum(len(s.problems) for s in sources) + sum(len(one.problems) for one in beside)
    if notes:
        typer.echo(f"The checks left {notes} warnings and notes; `brightspots check` prints them.", err=True)
    typer.echo(f"Written to {folder}", err=True)


@app.command()
@_guarded
def check(config: Config) -> None:
    """Only read and check; print every problem."""
    from brightspots.config import load_config
    from brightspots.errors import SurveyError
    from brightspots.findings.responses import responses_by_trait
    from brightspots.reporting import read_run
    from brightspots.survey.survey import Survey

    try:
        sources, beside = read_run(load_config(config), _say)
    except SurveyError as error:
        typer.echo(error.problems.describe())  # type: ignore[attr-defined]
        typer.echo("The answers did not pass their checks.", err=True)
        raise typer.Exit(error.exit_code) from None
    for source in sources:
        typer.echo(source.problems.describe())
        size = f"{len(source.answers):,} children" if isinstance(source.answers, Survey) else "counts"
        typer.echo(
            f"{source.config.area} {source.config.wave}, {source.questionnaire.id}: {size}, no errors."
        )
        if source.config.status == "open" and source.config.eligible_by:
            typer.echo("Who has answered so far. Not for release:")
            typer.echo(responses_by_trait(source.answers, source.config.eligible_by).to_markdown())
    for one in beside:
        if len(one.problems):
            typer.echo(one.problems.describe())
        typer.echo(f"{one.name}: {len(one.result):,} rows, no errors.")


@app.command()
@_guarded
def flag(
    config: Config,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: released values only.")] = False,
) -> None:
    """Print the cohorts with low wellbeing: released values only."""
    from brightspots.config import load_config
    from brightspots.publications.printing import cohorts_data, cohorts_text
    from brightspots.reporting import release_run

    made = release_run(load_config(config), _say)
    typer.echo(
        json.dumps(cohorts_data(made), indent=2, ensure_ascii=False) if as_json else cohorts_text(made)
    )


@app.command()
@_guarded
def tally(
    config: Config,
    out: Annotated[Path | None, typer.Option(help="Folder for the files; else beside the config.")] = None,
) -> None:
    """Write the figures of a release to give to a pool of councils, one file a survey."""
    from brightspots.config import load_config
    from brightspots.reporting import give, release_run

    run = load_config(config)
    made = release_run(run, _say)
    for path in give(run, made, out or run.folder):
        typer.echo(f"Wrote {path}")


@app.command()
@_guarded
def run(
    config: Config,
    state: Annotated[Path, typer.Option(help="Folder of the state; made by the first run.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the report; else <area>-<wave> beside the config.")
    ] = None,
    log: Annotated[Path | None, typer.Option(help="Log, JSON lines; else log.jsonl in the state.")] = None,
    never_published: Annotated[
        list[int] | None, typer.Option(help="A run whose edition nobody outside has seen; may be repeated.")
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 10 when flags are new, cleared or turned round.")
    ] = False,
) -> None:
    """Do a scheduled run: report, follow the flags, and say what changed since the last run and why."""
    from brightspots.watch.run import run_scheduled
    from brightspots.watch.telling import outcome_text

    outcome = run_scheduled(config, state, out=out, log=log, never_published=never_published or (), say=_say)
    typer.echo(outcome_text(outcome))
    for message in outcome.undelivered:
        typer.echo(message, err=True)
    if exit_code and outcome.has_news:
        raise typer.Exit(NEWS)


@app.command()
@_guarded
def pool(
    files: Annotated[list[Path], typer.Argument(help="What the councils gave, one file each.")],
    questionnaire: Annotated[str, typer.Option(help="A shipped name, or a TOML file.")] = "children-in-care",
    without: Annotated[
        str, typer.Option(help="The council to compare: it is left out of its own benchmark.")
    ] = "",
    out: Annotated[Path, typer.Option(help="The benchmarks file.")] = Path("care-elsewhere.toml"),
) -> None:
    """Pool what councils gave into benchmarks of children in care elsewhere."""
    from brightspots.exchange.benchmark_files import write_benchmarks
    from brightspots.exchange.contributions import read_contributions
    from brightspots.exchange.pools import pool as pool_contributions
    from brightspots.questionnaire.loading import load_questionnaire

    asked = load_questionnaire(questionnaire)
    together = pool_contributions(read_contributions(files, asked), asked)
    chosen = together.without(without) if without else together
    write_benchmarks(chosen.to_benchmarks(), out)
    typer.echo(chosen.describe())
    typer.echo(f"Written to {out}", err=True)


@app.command()
@_guarded
def history(
    state: Annotated[Path, typer.Option(help="Folder of the state.")],
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Show the scheduled runs of a state, and the flags that stand."""
    from brightspots.watch.history import read_history
    from brightspots.watch.telling import history_text

    runs, flags = read_history(state)
    if as_json:
        data = {"runs": [row._asdict() for row in runs], "flags": flags}
        typer.echo(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        typer.echo(history_text(runs, flags))


@app.command()
@_guarded
def audit(
    folder: Annotated[Path, typer.Argument(help="A folder that brightspots wrote.")],
    questionnaire: Annotated[
        list[Path] | None,
        typer.Option(help="A TOML file, for a questionnaire that does not ship; repeatable."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Read written files back, and say what an outsider could narrow down."""
    from brightspots.publications.attack import attack
    from brightspots.publications.publishing import file_names
    from brightspots.questionnaire.loading import load_questionnaire

    asked = [load_questionnaire(path) for path in questionnaire or []]
    found = attack(folder, asked, names=file_names(), in_full=True)
    typer.echo(json.dumps(found.as_plain_data(), indent=2) if as_json else found.report())
    if not found.is_safe:
        raise typer.Exit(ReleaseError.exit_code)


@app.command()
@_guarded
def start(
    exports: Annotated[list[Path] | None, typer.Argument(help="Exported files, one a form.")] = None,
    questionnaire: Annotated[str, typer.Option(help="A shipped name, or a TOML file.")] = "children-in-care",
    out: Annotated[Path, typer.Option(help="Folder for the drafts.")] = Path(),
    counts: Annotated[
        bool, typer.Option("--counts", help="Write an empty form for counts from a report.")
    ] = False,
) -> None:
    """Draft a mapping, a run config and a benchmarks form from exports, for a person to finish."""
    from brightspots.questionnaire.loading import load_questionnaire
    from brightspots.survey.drafting import draft_files
    from brightspots.tallies.reported import draft_counts

    asked = load_questionnaire(questionnaire)
    written = (
        draft_counts(asked, questionnaire, out)
        if counts
        else draft_files(exports or [], asked, questionnaire, out)
    )
    for path in written:
        typer.echo(f"Wrote {path}")
    typer.echo(
        "Read every line of these drafts before you use them: the suggestions are guesses with a score."
    )


@app.command()
@_guarded
def example(folder: Annotated[Path, typer.Argument(help="A new or empty folder.")]) -> None:
    """Write a worked example with invented children to start from."""
    from brightspots.example import write_example

    write_example(folder)
    typer.echo(f"Wrote an example to {folder}. Try: brightspots report {folder}")


def main() -> None:
    """Run the command line."""
    app()
