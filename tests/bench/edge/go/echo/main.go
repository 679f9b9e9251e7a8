// The MCP server behind the edge while it is measured: the official SDK for Go, for a slower server
// would hide what the edge costs. With the argument `stdio` it serves there.
package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type said struct {
	Text string `json:"text"`
}

func echo(_ context.Context, _ *mcp.CallToolRequest, in said) (*mcp.CallToolResult, any, error) {
	return answer(in), nil, nil
}

// stream reports progress once before it answers.
func stream(ctx context.Context, request *mcp.CallToolRequest, in said) (*mcp.CallToolResult, any, error) {
	progress := &mcp.ProgressNotificationParams{ProgressToken: request.Params.GetProgressToken(), Progress: 1}
	if err := request.Session.NotifyProgress(ctx, progress); err != nil {
		return nil, nil, err
	}
	return answer(in), nil, nil
}

func answer(in said) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: in.Text}}}
}

func main() {
	server := mcp.NewServer(&mcp.Implementation{Name: "echo", Version: "1.0.0"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "echo", Description: "Answers with what it was told."}, echo)
	mcp.AddTool(server, &mcp.Tool{Name: "stream", Description: "Reports progress, then answers."}, stream)
	if len(os.Args) > 1 && os.Args[1] == "stdio" {
		log.Fatal(server.Run(context.Background(), &mcp.StdioTransport{}))
	}
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil)
	log.Fatal(http.ListenAndServe(":8080", handler))
}
