"""Jobs out of directories and archives: look at everything, then make each job whole."""
