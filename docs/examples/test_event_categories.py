"""Tests of one's own beside the contract: run with ``pytest --contract-target https://api.example.com``."""


def test_the_target_keeps_the_contract(contract_report):
    """The verdict is that of ``contracts verify``; a target that cannot be judged is an error, and never a pass."""
    assert contract_report.verdict == "conforms"


def test_our_menu_has_the_categories_that_it_needs(contract_categories):
    """The list comes as plain dicts; without a list this test is skipped, with the reason."""
    names = {category["name"] for category in contract_categories}
    assert {"app_operations", "addons"} <= names


def test_the_list_is_quick_to_validate(contract_session):
    """The session is one of requests: it has the token of the run, and leads to the target and nowhere else."""
    response = contract_session.get("/v1/event_categories")
    assert response.status_code == 200
    assert response.json()["event_categories"]
