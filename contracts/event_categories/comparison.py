"""What a comparison of two lists of event categories looks at.

Who reads what is taken from the sources of the official clients: go-scalingo, events_types.go; scalingo.js,
src/Events/index.ts; scalingo-ruby-api, lib/scalingo/regional/events.rb, which hands every member on.
"""

from contracts.comparison.clients import GO_INTEGER, GO_STRING, JS_NUMBER, Client
from contracts.comparison.subject import Subject

SUBJECT = Subject(
    noun="category",
    key="event_categories",
    clients=(
        Client(
            "the Go client",
            ("id", "name", "position"),
            {"id": GO_STRING, "name": GO_STRING, "position": GO_INTEGER},
            strict=True,
        ),
        Client("the JavaScript client", ("id", "name", "display_name", "position"), {"position": JS_NUMBER}),
        Client("the Ruby client", ("id", "name", "display_name", "position")),
    ),
    keepers="whoever stored ids: event types hold category ids",
    display=("display_name",),
    position="position",
)
