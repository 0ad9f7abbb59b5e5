"""Who may see what: audiences, and classes of figures."""
