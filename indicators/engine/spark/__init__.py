"""Apache Spark as the engine that goes over rows: the compiler's own SQL, translated and run."""
