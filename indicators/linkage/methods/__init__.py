"""One module or folder a method: from an edge to its findings."""
