"""HDF5 stores, under the import path that programs use; see `signac._stores`."""

from signac._stores.h5 import H5Store
from signac._stores.h5group import H5Group
from signac._stores.manager import H5StoreManager
from signac.errors import H5StoreAlreadyOpenError, H5StoreClosedError

__all__ = [
    "H5Group",
    "H5Store",
    "H5StoreAlreadyOpenError",
    "H5StoreClosedError",
    "H5StoreManager",
]
