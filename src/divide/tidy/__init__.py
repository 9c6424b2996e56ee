"""Official files in, long tables out: one function for each table, no network."""
