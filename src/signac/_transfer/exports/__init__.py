"""Jobs into directories and archives; manifests, and comparing exports with jobs."""
