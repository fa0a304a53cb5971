from __future__ import annotations

import pytest
from recipe_toys import toy_registry

from synthgen.plugins import Registry


@pytest.fixture
def registry() -> Registry:
    return toy_registry()
