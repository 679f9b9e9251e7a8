// Command command is pulumi-resource-command for machines that cannot download Pulumi's own.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"

	"mcpier.dev/toolchain/command/local"
)

// Version is that of the pulumi_command SDK in requirements.lock; the build sets it by -ldflags.
var Version = "0.0.0"

func main() {
	if len(os.Args) > 1 {
		endWithEngine(os.Args[len(os.Args)-1])
	}
	provider := infer.Provider(infer.Options{
		Resources: []infer.InferredResource{infer.Resource(&local.Command{})},
	})
	if err := p.RunProvider(context.Background(), "command", Version, provider); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// endWithEngine ends this process soon after the engine at the address: one that was killed could
// not ask for it.
func endWithEngine(address string) {
	end := func() { os.Exit(1) }
	if err := rpcutil.Healthcheck(context.Background(), address, 5*time.Second, end); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}
