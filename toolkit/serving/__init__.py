"""The public page: what it says, how it is shown, and the process that serves it read-only."""
