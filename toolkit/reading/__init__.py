"""Files as they arrive, read cell by cell: every row becomes data, a refusal with its reason, or no data."""
