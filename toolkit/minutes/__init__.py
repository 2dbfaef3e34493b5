"""The minutes of an edition: its journal, and what is decided with a name and a reason."""
