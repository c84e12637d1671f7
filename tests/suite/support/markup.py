"""Reading HTML in tests: every element with its attributes and the text inside it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "input", "link", "img", "br", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    inside: "list[Element]" = field(default_factory=list)
    text: str = ""

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def find(self, tag: str, class_: str = "") -> "list[Element]":
        """The elements inside of a kind, in document order."""
        found = []
        for element in self.inside:
            if element.tag == tag and (not class_ or class_ in element.classes):
                found.append(element)
            found += element.find(tag, class_)
        return found

    def every(self) -> "list[Element]":
        return [one for element in self.inside for one in (element, *element.every())]


class _Parser(HTMLParser):
    def __init__(self, **options: bool) -> None:
        super().__init__(**options)
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def parse(html: str) -> Element:
    """Return the document as an element without a name."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return parser.open[0]
