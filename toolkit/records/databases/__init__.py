"""Tables that are not files: database relations and Parquet, checked and measured where they stand."""
