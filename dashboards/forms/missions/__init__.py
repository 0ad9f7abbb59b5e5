"""A mission of one’s own: made, its steps and runs, its draws by lot."""
