"""Sliders in a notebook: what an expert moves. Loaded only where widgets are shown."""
