"""docs/survival.md is what the tests declare, and nothing is left out of it."""

from __future__ import annotations

from tests.support.sealed import ROOT
from tests.survival.catalog import OPERATIONS, SECTIONS
from tools import survival


def test_the_document_is_what_the_tests_declare() -> None:
    """The table in the document is the one that the tests make."""
    assert survival.document() == survival.DOCUMENT.read_text(encoding="utf-8")


def test_another_table_is_noticed() -> None:
    """A cell that was changed by hand is seen."""
    text = survival.DOCUMENT.read_text(encoding="utf-8")
    assert survival.document(text.replace("[after heal]", "[yes]", 1)) == survival.document(text)
    assert text.replace("[after heal]", "[yes]", 1) != survival.document(text)


def test_every_file_of_operations_is_in_the_table() -> None:
    """No file is forgotten, and every operation says what is true after it."""
    files = {path.stem for path in (ROOT / "tests/survival/operations").glob("*.py")} - {"__init__"}
    assert files == set(SECTIONS)
    assert all(one.says and one.title for one in OPERATIONS.values())
