"""The stack model: pure code that never imports pulumi and performs no effects."""
