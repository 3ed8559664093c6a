"""By what a platform names evidence: by its key, or, without the `explain` scope, by a name that says nothing.

A key tells what was answered or reported (`R02:phq9:3:…`, `R12:concern:…`), so it is for who may see that. A name is
the student's own and made under the key of the installation, so that nobody who knows some keys can try them out.
"""

from collections.abc import Callable, Iterable

from serving.store import Store
from serving.store.sealing import keyring_of

Names = Callable[[str, str], str]  # of a student's file and a key


def names_for(store: Store, explain: bool) -> Names:
    """How evidence is named to a key with or without the `explain` scope."""
    return _as_it_is if explain else keyring_of(store.engine).name_of


def keys_by_name(store: Store, file_id: str, keys: Iterable[str]) -> dict[str, str]:
    """The key of each name under which evidence of a student may be sent back: the key itself and its name."""
    name_of = keyring_of(store.engine).name_of
    return {name: key for key in keys for name in (key, name_of(file_id, key))}


def _as_it_is(_: str, key: str) -> str:
    return key
