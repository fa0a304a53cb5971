"""Rules that hold in every row a table model makes."""
