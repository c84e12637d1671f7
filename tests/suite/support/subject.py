"""The event categories as the tests of the suite use them: their contract, their sample and their catalogue."""

from contracts.event_categories.contract import CONTRACT
from contracts.event_categories.faults import CATALOGUE
from contracts.event_categories.sample import SAMPLE, categories

BY_ID, CLAUSES, PROBES = CONTRACT.clause, CONTRACT.clauses, CONTRACT.probe
FAULTS, VARIANTS, NULL_RESPONDERS = CATALOGUE.faults, CATALOGUE.variants, CATALOGUE.null_responders
BY_NAME = CATALOGUE.by_name
#: The clauses that are judged on one answer to the documented request.
OF_ANSWERS = [clause.id for clause in CLAUSES if not CONTRACT.checks[clause.id].of_run]

__all__ = [
    "BY_ID",
    "BY_NAME",
    "CATALOGUE",
    "CLAUSES",
    "CONTRACT",
    "FAULTS",
    "NULL_RESPONDERS",
    "OF_ANSWERS",
    "PROBES",
    "SAMPLE",
    "VARIANTS",
    "categories",
]
