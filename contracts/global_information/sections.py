"""The titles of the sections that every contract has, by the part of a clause's id before the dot."""

SECTIONS = {
    "transport": "Transport",
    "http": "HTTP",
    "auth": "Authentication",
    "json": "JSON text",
    "envelope": "Envelope",
    "error": "Errors",
}
