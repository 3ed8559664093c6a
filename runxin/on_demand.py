"""Packages that hand on names of their modules, each module imported when one of its names is asked for.

A verb that reads the store would otherwise import every compiled loop for the sake of one function.
"""

import ast
import importlib
import sys
from collections.abc import Callable
from pathlib import Path


def on_demand(package: str, file: str) -> Callable[[str], object]:
    """The `__getattr__` of `package`, whose source is `file` (PEP 562).

    A name comes from the module that the package's `if TYPE_CHECKING:` takes it from: readers, type checkers and
    import contracts see what is handed on, and there is one list.

    No module of the package may bear a name that the package hands on: the module would hide it.
    """
    places: dict[str, str] = {}

    def get(name: str) -> object:
        if not places:
            places.update(_handed_on(file))
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found: object = getattr(importlib.import_module(places[name]), name)
        setattr(sys.modules[package], name, found)  # asked for once
        return found

    return get


def _handed_on(file: str) -> dict[str, str]:
    """Name → module, of the imports that only a type checker makes."""
    tree = ast.parse(Path(file).read_text("utf-8"))
    for_checkers = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [one for node in for_checkers for one in node.body if isinstance(one, ast.ImportFrom)]
    return {alias.name: node.module for node in imports if node.module for alias in node.names}
