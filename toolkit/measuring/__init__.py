"""How a measure is taken of the records: which rows count, what is taken of them, what is missing."""
