"""The suite on every Python that it is for: ``make test-all-pythons``.

uv brings the interpreters that this machine lacks. Where they cannot be downloaded the sessions of those are skipped.
"""

from pathlib import Path

import nox

PYTHONS = ["3.11", "3.12", "3.13", "3.14", "3.15"]
BUNDLES = Path("build/bundles").resolve()
nox.options.default_venv_backend = "uv"
nox.options.reuse_existing_virtualenvs = True


def install(session: nox.Session, requirements: str) -> None:
    """Install the locked dependencies, and this project as it stands."""
    session.install("--quiet", "--require-hashes", "-r", f"requirements/{requirements}.txt")
    session.install("--quiet", "--no-build-isolation", "--no-deps", "--editable", ".")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests; those that need a browser, npm or Go are skipped where these are missing."""
    install(session, "dev")
    session.run("python", "-m", "pytest", "-n", "2", "-q", *session.posargs)


@nox.session(python=PYTHONS)
def bundle(session: nox.Session) -> None:
    """Make a bundle of a violating mock, and audit those that the other Pythons have made: byte for byte."""
    install(session, "runtime")
    BUNDLES.mkdir(parents=True, exist_ok=True)
    session.run("python", "tests/suite/support/violating_bundle.py", str(BUNDLES / f"{session.python}.zip"))
    for other in sorted(BUNDLES.glob("*.zip")):
        session.run("contracts", "audit", "--quiet", str(other))
