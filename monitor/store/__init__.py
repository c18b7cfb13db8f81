"""SQLite: the only package that knows sqlite-utils, table names and SQL."""
