"""What is counted in a run: month by month, by group, and of those who live abroad or are held."""
