"""authgate: answers Traefik's ForwardAuth for MCP servers and their live views."""
