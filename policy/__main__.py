"""What Pulumi runs for `--policy-pack policy`."""

import sys
from pathlib import Path

# Pulumi runs this folder alone; the rules stand on names that the program has too.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pulumi_policy import EnforcementLevel, PolicyPack

from policy.pack import policies

PolicyPack("mcpier", policies(), enforcement_level=EnforcementLevel.MANDATORY)
