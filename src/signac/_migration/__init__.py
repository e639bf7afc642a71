"""Bring projects of older layouts forward: detect, plan, run."""
