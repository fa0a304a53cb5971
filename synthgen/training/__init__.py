"""Training: settings, the loop and what belongs to it. Nothing here knows recipes, plugins or the CLI."""
