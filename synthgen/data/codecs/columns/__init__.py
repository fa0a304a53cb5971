"""The kinds of column a table can have, one a file."""
