"""Find what is wrong in a project, and repair it."""
