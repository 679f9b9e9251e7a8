"""Stand-alone programs that run in a throw-away container on the Docker host."""
