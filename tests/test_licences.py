"""What a user installs with the library may be passed on as the library is: permissive licences only."""

import re
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

ALLOWED = re.compile(
    r"\b(MIT|BSD|Apache|PSF|Python Software Foundation|ISC|0BSD|Zlib|CC0|Unlicen[cs]e|HPND|Matplotlib)\b",
    re.I,
)
REFUSED = re.compile(r"\b(AGPL|GPL|LGPL|EUPL|SSPL|Affero|proprietary|commercial)\b", re.IGNORECASE)
STATED_ELSEWHERE = {
    "numpy": "BSD-3-Clause; the parts that it bundles are listed in its metadata",
    "scipy": "BSD-3-Clause; the wheel bundles the GCC runtime under its exception",
}


def installed_with(name, extras=()):
    """Return the names of everything that comes with a package."""
    found, wanted = {}, [(name, tuple(extras))]
    while wanted:
        one, with_extras = wanted.pop()
        try:
            held = distribution(one)
        except PackageNotFoundError:
            continue  # for another platform
        key = held.metadata["Name"].lower().replace("_", "-")
        if key in found:
            continue
        found[key] = held
        for text in held.requires or ():
            needed = Requirement(text)
            environments = [default_environment() | {"extra": extra} for extra in (*with_extras, "")]
            if needed.marker is None or any(needed.marker.evaluate(one) for one in environments):
                wanted.append((needed.name, tuple(needed.extras)))
    return found


PACKAGES = {name: held for name, held in installed_with("brightspots").items() if name != "brightspots"}


def test_something_is_installed():
    assert {"numpy", "pandas", "scipy", "pydantic", "typer"} <= set(PACKAGES)


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_a_licence_is_permissive(name):
    metadata = PACKAGES[name].metadata
    classifiers = [c for c in metadata.get_all("Classifier") or () if c.startswith("License ::")]
    stated = (
        metadata.get("License-Expression") or "; ".join(classifiers) or (metadata.get("License") or "")[:200]
    )
    if name in STATED_ELSEWHERE:
        assert ALLOWED.search(STATED_ELSEWHERE[name])
        return
    assert ALLOWED.search(stated), stated
    assert not REFUSED.search(stated), stated
