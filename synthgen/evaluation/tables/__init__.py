"""Metrics of tables: columns, pairs of columns, what a classifier can tell, rules that rows break."""
