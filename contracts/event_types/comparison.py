"""What a comparison of two lists of event types looks at.

No official client is known to decode this list in a form of its own, and nothing is documented about its order.
"""

from contracts.comparison.subject import Client, Subject
from contracts.event_types.clauses import KEY, MEMBERS

SUBJECT = Subject(
    noun="event type",
    nouns="event types",
    key=KEY,
    members=MEMBERS,
    clients=(Client("whoever reads event types", MEMBERS),),
    keepers="whoever stored ids: notifiers hold those of the event types that they tell of",
    references=("category_id",),
    display=("display_name", "description"),
    ordered=False,
)
