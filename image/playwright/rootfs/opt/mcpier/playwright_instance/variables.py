"""An instance's secret variables: files, so that neither Docker nor Pulumi's state shows them."""

from pathlib import Path

SECRET_VARIABLES = Path("/run/secrets/mcpier/env")


def read_secret_variables(folder: Path = SECRET_VARIABLES) -> dict[str, str]:
    """Return the variables by name; each is a file of that name."""
    if not folder.is_dir():
        return {}
    # As bytes: reading text would turn a value's CRLF and CR into LF.
    return {file.name: file.read_bytes().decode() for file in sorted(folder.iterdir())}
