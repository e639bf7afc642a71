"""Questions about many jobs at once, answered from the values of their keys. Changes nothing."""
