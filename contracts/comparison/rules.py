"""Every kind of difference: how bad it is, what it says, who notices, and what it is from the other side.

Ids are append-only: exceptions name them. Nouns come from the subject, so that the table holds for every resource.
"""

from dataclasses import dataclass
from enum import StrEnum

from contracts.core.report import Impact

#: What may fail a comparison, the worst first; what is unstable never does.
FAIL_ON = (Impact.BREAKING, Impact.VISIBLE, Impact.ADDITIVE)


class About(StrEnum):
    """What a difference is about, and with it what an exception has to name."""

    ELEMENT = "an element"
    MEMBER = "a member of an element"
    TOP_LEVEL = "a member of the root"
    LIST = "the whole list"

    @property
    def keys(self) -> str:
        """The keys by which an exception names it, in words."""
        return {
            About.ELEMENT: "id or name or both",
            About.MEMBER: 'member, and id or name or both, or elements = "all"',
            About.TOP_LEVEL: "member",
            About.LIST: "rule alone",
        }[self]


class Audience(StrEnum):
    """Who notices a difference."""

    ALL = "every client"
    KEEPERS = "every client, and whoever stored ids"
    READERS = "whoever reads the member"
    CONCERNED = "the clients whose reading changed"


@dataclass(frozen=True)
class Rule:
    """One kind of difference.

    ``says`` is one sentence, in which ``{noun}`` and ``{member}`` stand for what the difference is about.
    """

    id: str
    impact: Impact
    says: str
    audience: Audience
    about: tuple[About, ...]

    @property
    def mirror(self) -> str:
        """The rule that tells the same difference when the sides are swapped."""
        return _MIRRORS.get(self.id, self.id)

    @property
    def keys(self) -> str:
        """The keys by which an exception names what it excuses, in words."""
        return " | ".join(f"{about}: {about.keys}" for about in self.about)


_BREAKING, _VISIBLE, _ADDITIVE = FAIL_ON
_ALL, _KEEPERS, _READERS, _CONCERNED = Audience
_ELEMENT, _MEMBER, _ROOT, _LIST = ((about,) for about in About)
_VALUE = _MEMBER + _ROOT
_UNREADABLE = "An official client that could read the answer cannot read {member}."
_OTHER_FORM = "{member} has the same value, and its number is written in another form."

#: All rules. A type is a JSON type; null has none, so that a value which becomes null has lost its type.
RULES = (
    Rule("element-removed", _BREAKING, "The {noun} is gone.", _KEEPERS, _ELEMENT),
    Rule("element-added", _ADDITIVE, "The {noun} is new.", _ALL, _ELEMENT),
    Rule("id-changed", _BREAKING, "The {noun} of this name has another id.", _READERS, _MEMBER),
    Rule("name-changed", _BREAKING, "The {noun} of this id has another name.", _READERS, _MEMBER),
    Rule("reference-changed", _BREAKING, "{member} refers to another one.", _READERS, _MEMBER),
    Rule("member-removed", _BREAKING, "The {noun} has no {member} any more.", _READERS, _MEMBER),
    Rule("member-added", _ADDITIVE, "The {noun} has the new member {member}.", _READERS, _MEMBER),
    Rule("top-level-member-removed", _BREAKING, "The root has no {member} any more.", _READERS, _ROOT),
    Rule("top-level-member-added", _ADDITIVE, "The root has the new member {member}.", _READERS, _ROOT),
    Rule("content-removed", _BREAKING, "Something within {member} is gone.", _READERS, _VALUE),
    Rule("content-added", _ADDITIVE, "Something within {member} is new.", _READERS, _VALUE),
    Rule("type-changed", _BREAKING, "{member} has another type.", _READERS, _VALUE),
    Rule("became-null", _BREAKING, "{member} became null.", _READERS, _VALUE),
    Rule("no-longer-null", _ADDITIVE, "{member} was null and has a value.", _READERS, _VALUE),
    Rule("client-unreadable", _BREAKING, _UNREADABLE, _CONCERNED, _VALUE),
    Rule(
        "client-readable", _VISIBLE, "An official client that could not read {member} can read it.", _CONCERNED, _VALUE
    ),
    Rule("display-text-changed", _VISIBLE, "{member}, which people read, is another text.", _READERS, _MEMBER),
    Rule("position-changed", _VISIBLE, "The {noun} is displayed at another place.", _READERS, _MEMBER),
    Rule("positions-renumbered", _VISIBLE, "Positions have other numbers, and are in the same order.", _ALL, _LIST),
    Rule("order-moved", _VISIBLE, "The {noun} comes at another place of the list.", _ALL, _ELEMENT),
    Rule("value-changed", _VISIBLE, "{member} has another value.", _READERS, _VALUE),
    Rule("literal-changed", _VISIBLE, _OTHER_FORM, _READERS, _VALUE),
)
BY_ID = {rule.id: rule for rule in RULES}
_PAIRS = (
    ("element-removed", "element-added"),
    ("member-removed", "member-added"),
    ("top-level-member-removed", "top-level-member-added"),
    ("content-removed", "content-added"),
    ("became-null", "no-longer-null"),
    ("client-unreadable", "client-readable"),
)
_MIRRORS = dict([*_PAIRS, *(pair[::-1] for pair in _PAIRS)])
#: What rules were called before: an exception may still say so.
FORMER = {"type-narrowed": "became-null", "type-widened": "no-longer-null"}

#: The rules that tell a change of something by its kind.
OF_PRESENCE = ("element-removed", "element-added")
OF_VALUES = ("value-changed", "literal-changed")
OF_ORDER = ("order-moved", "positions-renumbered")
OF_CLIENTS = ("client-unreadable", "client-readable")
