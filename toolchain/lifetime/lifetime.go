// Package lifetime ends a provider with the engine that started it.
package lifetime

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"
)

const interval = 5 * time.Second

// FollowEngine lets this process end, with status 1, soon after nobody listens any more at the
// engine's address, which is the last argument of a provider: an engine that was killed could not
// ask for it. The SDK's own watch looks every five minutes, and then waits for what is under way
// (pulumi/sdk, go/pulumi/provider/main.go).
func FollowEngine() {
	if len(os.Args) > 1 {
		go follow(os.Args[len(os.Args)-1])
	}
}

func follow(address string) {
	for {
		time.Sleep(interval)
		connection, err := net.DialTimeout("tcp", address, interval)
		// An engine that stands still takes no connection either, but refuses none.
		if errors.Is(err, syscall.ECONNREFUSED) {
			os.Exit(1)
		}
		if err == nil {
			connection.Close()
		}
	}
}
