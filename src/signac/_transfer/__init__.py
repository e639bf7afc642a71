"""Move data between projects, directories and archives: plan, then apply."""
