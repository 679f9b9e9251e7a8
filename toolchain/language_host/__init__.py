"""The executable `pulumi-language-python`: Pulumi's `LanguageRuntime` service for Python programs.

`python -m toolchain.language_host [flags] <engine address>` prints its port as the first line of
stdout and serves until SIGINT, SIGTERM or the engine's end. It stands on the stubs of the `pulumi`
wheel, and runs programs with Pulumi's own `pulumi-language-python-exec`.
"""
