"""The base images that mcpier's Dockerfiles name: pulled, or built as stand-ins."""

from toolchain.bases.ensure import ensure_bases
from toolchain.bases.model import BASES, Base, bases_named_in

__all__ = ["BASES", "Base", "bases_named_in", "ensure_bases"]
