"""What the public may see: the extract, the notice, and the read-only server before Voilà."""
