module mcpier.dev/toolchain/lifetime

go 1.26.0
