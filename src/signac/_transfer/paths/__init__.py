"""Where jobs go, and what paths say of them."""
