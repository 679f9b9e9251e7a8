// Command command is pulumi-resource-command for machines that cannot download Pulumi's own.
package main

import (
	"context"
	"fmt"
	"os"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"

	"mcpier.dev/toolchain/command/local"
	"mcpier.dev/toolchain/lifetime"
)

// Version is that of the pulumi_command SDK in requirements.lock; the build sets it by -ldflags.
var Version = "0.0.0"

func main() {
	lifetime.FollowEngine()
	provider := infer.Provider(infer.Options{
		Resources: []infer.InferredResource{infer.Resource(&local.Command{})},
	})
	if err := p.RunProvider(context.Background(), "command", Version, provider); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
