"""What a comparison of two lists of event categories looks at.

Who reads what is taken from the sources of the official clients: go-scalingo, events_types.go; scalingo.js,
src/Events/index.ts; scalingo-ruby-api, lib/scalingo/regional/events.rb, which hands every member on.
"""

from decimal import Decimal
from typing import Any

from contracts.comparison.subject import Client, Subject
from contracts.event_categories import go_client
from contracts.event_categories.clauses import EXACT_IN_JS, KEY, MEMBERS


def _exact_in_js(member: str, value: Any) -> bool:
    """Whether JavaScript has the exact number. Other types do not fail there: a change of type is told as such."""
    is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    return member != "position" or not is_number or -EXACT_IN_JS <= value <= EXACT_IN_JS


SUBJECT = Subject(
    noun="category",
    nouns="categories",
    key=KEY,
    members=MEMBERS,
    clients=(
        Client("the Go client", go_client.MEMBERS, go_client.reads, go_client.reads_top_level),
        Client("the JavaScript client", MEMBERS, _exact_in_js),
        Client("the Ruby client", MEMBERS),
    ),
    keepers="whoever stored ids: event types hold category ids",
    display=("display_name",),
    position="position",
)
