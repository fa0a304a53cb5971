"""From paths, frames and arrays to real and synthetic datasets of one form, which metrics can compare."""
