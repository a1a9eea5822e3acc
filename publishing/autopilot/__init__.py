"""The loop that runs by itself: when to write, from what, and what to do with what was written."""
