"""What is wrong with a knowledge folder: one module a kind of problem."""
