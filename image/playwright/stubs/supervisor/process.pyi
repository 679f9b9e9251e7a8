class Configuration:
    name: str

class Subprocess:
    config: Configuration
    pid: int
    laststart: float

class ProcessGroup:
    processes: dict[str, Subprocess]
    def transition(self) -> None: ...
    def __lt__(self, other: ProcessGroup) -> bool: ...
