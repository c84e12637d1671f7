"""Who was judged: the names by which people tell one target, and one run, from another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """What a report calls its target. Each is text that somebody else may have chosen, or empty.

    ``name`` is that of the target, ``environment`` where it runs, such as staging; ``vendor``, ``product`` and
    ``version`` say whose it is. ``ci`` is the URL of the CI run that judged it.
    """

    name: str = ""
    vendor: str = ""
    product: str = ""
    version: str = ""
    environment: str = ""
    ci: str = ""

    @property
    def implementation(self) -> str:
        """Vendor, product and version in one text."""
        return " ".join(filter(None, (self.vendor, self.product, self.version)))
