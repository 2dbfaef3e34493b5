"""Weights a committee might have voted: drawn round the voted ones, within bounds, or from the experts' own."""
