"""What a stack file may hold, for editors and readers: made from the parser and the example."""
