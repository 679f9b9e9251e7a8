"""What runs a Playwright instance: its start, the gates between its programs, and its checker."""
