"""What answers an address: screens, files of lists, briefs; and what is noted of each."""
