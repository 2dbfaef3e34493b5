"""What every room stands on: texts in two languages, problems, strict TOML, ranking, statistics, tables and pictures as values."""
