"""Nasty files: each written by script, each with what must come back."""
