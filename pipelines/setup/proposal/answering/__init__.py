"""What a person is told of a proposal and may answer, on the page and at the terminal."""
