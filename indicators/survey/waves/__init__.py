"""The estimates of a mission's survey waves, their changes and response rates."""
