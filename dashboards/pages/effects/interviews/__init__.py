"""What people say of a link: before and after an activity, in feedback, and how many to ask."""
