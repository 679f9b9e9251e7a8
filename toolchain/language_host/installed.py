"""Run by the program's own interpreter: its installed packages, as a JSON list on stdout.

Each item: name, version, and plugin: the text of the package's pulumi-plugin.json, or null.
Kept to what every Python that Pulumi supports understands.
"""

import json
import sys
from importlib.metadata import distributions
from pathlib import Path

found = {}
for distribution in distributions():
    name = distribution.metadata["Name"]
    # The first on sys.path is the one that an import finds.
    if name and name not in found:
        # Pulumi's convention: the module is named like the package.
        module = name.replace("-", "_").replace(".", "_")
        plugin = Path(str(distribution.locate_file(module))) / "pulumi-plugin.json"
        text = plugin.read_text(encoding="utf-8") if plugin.is_file() else None
        found[name] = {"name": name, "version": distribution.version, "plugin": text}
json.dump(list(found.values()), sys.stdout)
