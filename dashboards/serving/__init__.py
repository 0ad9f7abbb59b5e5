"""What answers a browser: the application, its server and processes, routes, static files."""
