"""The scheme's rule for many draws at once: scores, standings, offers, places."""
