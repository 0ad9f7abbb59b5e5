"""What leaves the system as files: one format a module, all from one audience's own figures."""
