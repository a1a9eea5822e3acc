"""What posts taught: numbers that flow back into the rows that the next choice reads."""
