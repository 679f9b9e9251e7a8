"""The commands of `mcpier`: each module is read whenever it starts, so what they do is imported
when they do it."""
