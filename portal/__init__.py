"""The page at `app.<domain>`: what a stack has, how it is, and how to connect."""
