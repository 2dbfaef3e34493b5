"""The old place of `toolkit.publication`, for notebooks that were sealed."""
