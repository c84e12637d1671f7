"""Files that somebody named: each is read in time that grows with its size, or refused in one line."""

import pytest

from contracts.core.errors import CouldNotJudge, UsageError
from contracts.reading import UnforeseenError, readable, tables, toml

ENTRY = '[[deviation]]\nclause = "category.id"\n'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(".".join("a" * 100_000) + " = 1\n", id="key"),
        pytest.param(f"[{'.'.join('a' * 100_000)}]\n", id="header"),
        pytest.param(f"x = [{{{'.'.join('a' * 100_000)} = 1}}]\n", id="inline"),
        pytest.param(f'x = ["""\n\'""", {{{".".join("a" * 100_000)} = 1}}]\n', id="behind-a-quote"),
        pytest.param("".join(f"a{number}.b.c.d = 1\n" for number in range(100_000)), id="keys"),
        pytest.param("".join(f"[a{number}.b.c.d]\n" for number in range(100_000)), id="headers"),
        pytest.param(f"x = [{'{},' * 100_000}]\n", id="tables"),
    ],
)
def test_what_nests_is_refused_before_it_is_read(text: str) -> None:
    """Keys of many parts take quadratic time, and tables a hundred times their size: no entry has any."""
    with pytest.raises(UsageError, match=r"^f: (a line has more than 64 dots|only .*in them no table)$"):
        tables(ENTRY + text, "deviation", "f")


def test_what_entries_say_is_no_nesting() -> None:
    """Dots, braces and brackets in texts of an entry are its own business."""
    text = '''[[deviation]]
clause = "a.b"
reason = """
[see] https://docs.example/a.b.c, {and} so on...
"quoted".
"""
'''
    assert tables(text, "deviation", "f")[0]["reason"].startswith("[see] https")
    assert toml("list = ['1.2.3', '" + "1.2.3', '" * 200 + "']", "f")["list"][0] == "1.2.3"


def test_what_no_reader_foresaw_is_a_file_that_cannot_be_read() -> None:
    """An exception of any kind becomes one line, which the fuzzer tells from a refusal; those of the suite stay."""
    with pytest.raises(UnforeseenError, match=r"^x\.har cannot be read: OverflowError$"), readable("x.har"):
        raise OverflowError("secret")
    with pytest.raises(CouldNotJudge, match="why"), readable("x.har"):
        raise CouldNotJudge("why")
