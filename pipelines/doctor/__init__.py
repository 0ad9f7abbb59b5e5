"""What is wrong with a workspace, each finding with its mend; nothing here changes anything."""
