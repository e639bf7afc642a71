"""What a sweep is made of: axes read from arguments, and a tree that yields assignments."""
