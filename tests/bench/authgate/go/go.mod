module mcpier.test/bench

go 1.22
