"""Array storage: HDF5 files as mappings. h5py, numpy and pandas are imported at first use only."""
