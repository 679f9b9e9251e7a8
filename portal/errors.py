"""What goes wrong and can be put right."""


class PortalError(Exception):
    """Something the operator can put right: what, what was expected, what was found, what to do."""


class Trouble(Exception):
    """Something that the page shows cannot be had now; the text says so to whoever looks."""
