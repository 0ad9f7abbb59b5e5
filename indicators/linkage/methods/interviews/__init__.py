"""What the protected say before and after an activity: comparison, method, plan of interviews."""
