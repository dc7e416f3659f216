"""The centre's database: one interface, two engines (embedded SQLite, PostgreSQL).

``base`` is the interface, ``sqlite`` and ``postgres`` the engines; the other modules are the questions and changes of
one area each, as functions over ``Db``, written once for both engines.
"""

from central.store.base import Db, Store
from central.store.opening import open_store

__all__ = ["Db", "Store", "open_store"]
