"""How many numbers each vector has, whatever model made it."""

DIMENSIONS = 768
