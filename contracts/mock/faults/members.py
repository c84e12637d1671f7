"""Faults of the members that every element has as a text."""

from contracts.mock.faults.fault import MISSING, Fault, fault, in_last_of_many, member


def text_member(name: str, element: str, clause: str, required: str, also: tuple[str, ...] = ()) -> tuple[Fault, ...]:
    """Return the faults of a member that is to be a non-empty string, in words that call its owner an ``element``.

    ``clause`` asks that it is a text, ``required`` that it is there; a value of another type breaks ``also`` those.
    """
    shown = name.replace("_", "-")
    typed, last = [clause, *also], f"The last {element} of a thousand"
    return (
        fault(f"{shown}-missing", f"A {element} lacks {name}.", [required], member(name, MISSING)),
        fault(f"{shown}-null", f"A {element} has null as {name}.", [clause], member(name, None)),
        fault(f"{shown}-empty", f"A {element} has an empty {name}.", [clause], member(name, "")),
        fault(f"{shown}-number", f"A {element} has a number as {name}.", typed, member(name, 7)),
        fault(f"{shown}-boolean", f"A {element} has false as {name}.", typed, member(name, new=False)),
        fault(f"{shown}-object", f"A {element} has an object as {name}.", typed, member(name, {"$oid": "5982"})),
        fault(f"{shown}-array", f"A {element} has an array as {name}.", typed, member(name, ["a"])),
        fault(f"{shown}-missing-in-last-of-many", f"{last} lacks {name}.", [required], in_last_of_many(name, MISSING)),
        fault(f"{shown}-number-in-last-of-many", f"{last} has a number as {name}.", typed, in_last_of_many(name, 7)),
    )
