"""What is asked of a wave beside what is published: raked, by group, the next one planned."""
