class ServerOptions:
    first: bool
    test: bool
    def realize(self, args: list[str]) -> None: ...
