"""A first recipe for somebody's own data: look at it, choose settings that suit it, write them down."""
