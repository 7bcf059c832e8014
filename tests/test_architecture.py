"""The house: the order of the wings, what importing costs, and who may say what."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "brightspots"
WINGS = [
    "questionnaire",
    "survey",
    "measures",
    "tallies",
    "returns",
    "findings",
    "disclosure",
    "publications",
    "watch",
]
BENEATH = {"errors", "extras", "frames", "tables", "statistics"}
REGISTER = "councils"
BESIDE = {"watch": {"config", "reporting"}}
"""A scheduled run is a run of its config."""
EXCEPTION = ("disclosure/release.py", "publications")


def imported_wings(path: Path) -> set[str]:
    """Return the parts of brightspots that a module imports, in functions as well; not for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    only_types = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and getattr(branch.test, "id", "") == "TYPE_CHECKING"
        for node in ast.walk(branch)
    }
    names = set()
    for node in ast.walk(tree):
        if id(node) in only_types:
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("brightspots.")}


@pytest.mark.parametrize("wing", WINGS)
def test_a_module_imports_only_from_wings_before_its_own(wing: str) -> None:
    allowed = BENEATH | set(WINGS[: WINGS.index(wing) + 1]) | ({REGISTER} if wing != WINGS[0] else set())
    allowed |= BESIDE.get(wing, set())
    for path in sorted((SOURCE / wing).rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        beyond = imported_wings(path) - allowed
        if name == EXCEPTION[0]:
            beyond -= {EXCEPTION[1]}
        assert not beyond, f"{name} imports {beyond}"


def test_what_lies_beneath_imports_no_wing() -> None:
    paths = [
        *(SOURCE / f"{name}.py" for name in ("errors", "extras", "frames", "tables")),
        *(SOURCE / "statistics").glob("*.py"),
    ]
    for path in paths:
        assert imported_wings(path) <= BENEATH, path.name


def test_the_register_of_councils_knows_no_wing_but_the_first() -> None:
    assert imported_wings(SOURCE / f"{REGISTER}.py") <= BENEATH | {WINGS[0]}


def test_no_public_function_bears_the_name_of_a_wing() -> None:
    for path in SOURCE.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                assert node.name not in WINGS, f"{path.name}: {node.name}"


def modules_after(code: str) -> set[str]:
    """Return the modules that a fresh Python holds after running some code."""
    program = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {line.split(".")[0] for line in done.stdout.split()}


def test_importing_brightspots_imports_nothing_heavy() -> None:
    heavy = {"numpy", "pandas", "scipy", "pydantic", "typer", "jinja2", "pyreadstat"}
    assert not modules_after("import brightspots") & heavy


def test_help_imports_neither_pandas_nor_scipy() -> None:
    code = "from brightspots.cli import app\ntry: app(['--help'])\nexcept SystemExit: pass\n"
    assert not modules_after(code) & {"numpy", "pandas", "scipy", "pydantic", "jinja2"}


def test_the_statistics_import_neither_pandas_nor_heavy_scipy() -> None:
    program = (
        "import sys, brightspots.statistics\n"
        "print([name for name in ('pandas', 'scipy.stats') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_report_imports_no_statsmodels_scipy_stats_or_pyplot(tmp_path: Path) -> None:
    fixture = SOURCE.parent.parent / "fixtures" / "sheffield-2021"
    program = (
        "import sys\nfrom brightspots.cli import app\n"
        f"try: app(['report', {str(fixture)!r}, '--out', {str(tmp_path / 'out')!r}])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print([m for m in ('statsmodels', 'scipy.stats', 'matplotlib.pyplot') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
