// Command plugin is pulumi-resource-docker. Its schema.json is written by ../schema before the build.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"mcpier.dev/toolchain/docker/provider"
	"mcpier.dev/toolchain/lifetime"
)

//go:embed schema.json
var schema []byte

func main() {
	lifetime.FollowEngine()
	tfbridge.Main("docker", provider.Version, provider.Info(), schema)
}
