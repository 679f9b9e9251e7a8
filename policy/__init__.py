"""The policy pack: what every container of a stack must be, whoever declares it."""
