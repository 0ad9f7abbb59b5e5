"""From a relation or frame to the rows that an estimate is made of."""
