"""Sets up a machine: Docker engine, Python environment, Pulumi's tools, base images.

Standard library only: it runs before any of them is there.
"""
