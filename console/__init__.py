"""mcpier's command line: what an operator does with a stack besides typing pulumi itself."""
