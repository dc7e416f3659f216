"""Papers under test: fonts prepared once in the user's cache."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from receipts.document import Document
from receipts.fonts import FontSet, prepare_fonts
from receipts.render import Rendered, render


@pytest.fixture(scope="session")
def fonts() -> FontSet:
    """The prepared fonts; several test processes at once wait for the one that prepares them."""
    return prepare_fonts()


@pytest.fixture(scope="session")
def paper(fonts: FontSet) -> Callable[[Document], Rendered]:
    """Renders with the prepared fonts."""
    return lambda document: render(document, fonts)
