"""What jobs and projects have in common: a directory with files, a document and HDF5 stores."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from signac._core import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signac._stores.h5 import H5Store
    from signac._stores.manager import H5StoreManager
    from signac._synced.document import JSONDict
    from signac.typing import PathLike

__all__ = ["DataDirectory"]


class DataDirectory:
    """A directory with files, a document and HDF5 stores.

    A base class, against the rule that handles inherit from nothing: jobs and projects promise
    the same members with the same meaning, and only differ in where these come from.
    """

    KEY_DATA = layout.STORE_DATA

    @property
    def path(self) -> str:
        """The absolute path of the directory."""
        raise TypeError(f"{type(self).__name__} has no path")

    def _get_document(self) -> JSONDict:
        raise TypeError(f"{type(self).__name__} has no document")

    def _get_stores(self) -> H5StoreManager:
        raise TypeError(f"{type(self).__name__} has no stores")

    def fn(self, filename: PathLike) -> str:
        """Return the path of a file in the directory, which need not be there.

        Examples
        --------
        >>> import os, signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"a": 0})
        ...     print(job.fn("out.txt") == os.path.join(job.path, "out.txt"))
        True
        """
        return os.path.join(self.path, filename)

    def isfile(self, filename: PathLike) -> bool:
        """Tell whether there is a file of this name in the directory."""
        return os.path.isfile(self.fn(filename))

    @property
    def document(self) -> JSONDict:
        """A dictionary for small results and notes, in a JSON file of the directory.

        Every change is written at once and under a lock; no change of any process is lost.
        ``with job.doc.transaction():`` makes several changes one.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"a": 0})
        ...     job.doc.result = 1.5
        ...     job.doc.setdefault("steps", []).append("equilibrated")
        ...     print(job.doc)
        {'result': 1.5, 'steps': ['equilibrated']}
        """
        return self._get_document()

    @document.setter
    def document(self, new: Mapping[str, Any]) -> None:
        self._get_document().reset(new)

    doc = document

    @property
    def stores(self) -> H5StoreManager:
        """The HDF5 files: ``job.stores.name`` is the file ``name.h5`` in the directory."""
        return self._get_stores()

    @property
    def data(self) -> H5Store:
        """The HDF5 file for arrays, ``signac_data.h5``: ``job.data["x"] = array``."""
        store: H5Store = self._get_stores()[self.KEY_DATA]
        return store

    @data.setter
    def data(self, new: Any) -> None:
        self._get_stores()[self.KEY_DATA] = new
