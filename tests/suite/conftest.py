"""What the tests of the suite share."""

import os
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

ROOT = Path(__file__).parents[2]
#: Fixtures and tests that take many seconds: an installation, a browser, the whole proof.
_LONG = {"wheel", "facts", "test_the_install_step", "test_the_whole_matrix"}
#: Tests that go through the same lines some ten thousand times: to count these would take as long as they do.
_UNCOUNTED = {
    "test_every_clause_is_proven",
    "test_no_input_brings_a_reader_down",
    "test_more_objects_and_arrays_than_anybody_lists_are_not_judged",
    "test_nesting_is_judged_to_a_depth_and_no_deeper",
    "test_masking_is_linear",
    "test_suite_and_oracle_refuse_a_single_mutation_by_its_clause",
    "test_suite_and_oracle_agree_on_what_conforms",
    "test_three_hundred_targets_of_twenty_accounts",
    "test_a_hollow_check_is_found_out",
    "test_any_body",
    "test_faults_combine",
    "test_every_server_is_judged_alike",
    "test_one_bad_answer_spoils_no_other",
    "test_a_body_after_head_is_seen",
    "test_suite_and_oracle_agree_on_every_clause",
    "test_a_mutation_of_shape_is_found_in_its_place",
    "test_nothing_that_is_refused_is_explained_in_full",
    "test_every_conforming_list_is_accepted",
    "test_edges",
    "test_a_fault_breaks_what_it_says",
    "test_swapping_the_sides_mirrors_every_rule",
    "test_the_same_elements_moved_from_either_side",
    "test_every_difference_is_told_once",
    "test_what_differs_within_a_side_is_all_unstable",
    "test_a_field_that_flickers_is_never_breaking",
}
#: How coverage tells a process that it is measured (coverage.control, process_startup).
_MEASURED = "COVERAGE_PROCESS_CONFIG"
_COVERAGE = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Measure only those of the processes that the tests start whose lines no other test sees: each costs time."""
    if hasattr(config, "workerinput"):  # the workers are measured, and have been started
        config.stash[_COVERAGE] = os.environ.pop(_MEASURED, "")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a test, and measure nothing meanwhile where its lines are counted enough."""
    measuring = coverage.Coverage.current() if getattr(item, "originalname", "") in _UNCOUNTED else None
    if measuring is None:
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what is long, so that no worker still has it before it when the others are done.

    The order is kept otherwise, and so one worker gets all that shares a fixture, and makes it once.
    """
    items.sort(key=lambda item: _LONG.isdisjoint((item.name, *getattr(item, "fixturenames", ()))))


@pytest.fixture
def measured(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count the lines of the processes that the test starts, too."""
    if process := pytestconfig.stash.get(_COVERAGE, ""):
        monkeypatch.setenv(_MEASURED, process)


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder of ``make clients``. Without it a desk skips what needs it; CI fails, for it runs every test."""
    folder = ROOT / "node_modules"
    if not (folder / ".stamp").is_file():
        reason = "node_modules is missing: `make clients` installs it, with npm"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return folder
