"""What keeps a protected instance serving while the rest of its stack is taken away."""

from collections.abc import Sequence

import pulumi


class Protection(pulumi.ComponentResource):
    """Holds `needed`, the parts without which protected instances would not serve; none: nothing.

    Pulumi refuses to delete it, and `pulumi destroy --exclude-protected` leaves what it depends
    on. It is declared without protected instances too: Pulumi lifts a protection only from what is
    still declared.
    """

    def __init__(
        self, name: str, needed: Sequence[pulumi.Resource], opts: pulumi.ResourceOptions
    ) -> None:
        own = pulumi.ResourceOptions(protect=bool(needed), depends_on=list(needed))
        super().__init__(
            "mcpier:index:Protection", name, {}, pulumi.ResourceOptions.merge(opts, own)
        )
        self.register_outputs({})
