"""Metrics of privacy: whether synthetic samples give the training samples away."""
