"""Real data: where it comes from, which part of it is used, and how it becomes tensors on a device."""
