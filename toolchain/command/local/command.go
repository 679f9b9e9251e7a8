// Package local holds command:local:Command, behaving as the pulumi_command SDK documents it for the
// inputs that mcpier uses; every other input is refused by name.
package local

import (
	"context"
	"fmt"
	"reflect"
	"sort"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Command is the resource.
type Command struct{}

// Inputs are the SDK's, less the asset and archive paths.
type Inputs struct {
	Create                 *string           `pulumi:"create,optional"`
	Update                 *string           `pulumi:"update,optional"`
	Delete                 *string           `pulumi:"delete,optional"`
	Stdin                  *string           `pulumi:"stdin,optional"`
	Environment            map[string]string `pulumi:"environment,optional"`
	Dir                    *string           `pulumi:"dir,optional"`
	Interpreter            []string          `pulumi:"interpreter,optional"`
	Triggers               []any             `pulumi:"triggers,optional"`
	Logging                *string           `pulumi:"logging,optional"`
	AddPreviousOutputInEnv *bool             `pulumi:"addPreviousOutputInEnv,optional"`
}

// State is what a run leaves: its inputs and what it printed, without the last line break.
type State struct {
	Inputs
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// Check refuses what this provider does not know, rather than dropping it in silence.
func (*Command) Check(
	ctx context.Context, req infer.CheckRequest,
) (infer.CheckResponse[Inputs], error) {
	inputs, failures, err := infer.DefaultCheck[Inputs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[Inputs]{}, err
	}
	known := map[string]bool{}
	for _, field := range fields() {
		known[field.name] = true
	}
	for name := range req.NewInputs.All {
		if !known[name] {
			failures = append(failures, p.CheckFailure{
				Property: name,
				Reason:   "this build of the command provider does not support it; use Pulumi's own plugin",
			})
		}
	}
	if inputs.Logging != nil && !loggings[*inputs.Logging] {
		failures = append(failures, p.CheckFailure{
			Property: "logging",
			Reason:   fmt.Sprintf("%q is none of stdout, stderr, stdoutAndStderr, none", *inputs.Logging),
		})
	}
	sort.Slice(failures, func(i, j int) bool { return failures[i].Property < failures[j].Property })
	return infer.CheckResponse[Inputs]{Inputs: inputs, Failures: failures}, nil
}

// Diff: changed triggers replace the resource where there is no update command, as documented; every
// other change is an update.
func (*Command) Diff(
	_ context.Context, req infer.DiffRequest[Inputs, State],
) (infer.DiffResponse, error) {
	diff := map[string]p.PropertyDiff{}
	before, after := reflect.ValueOf(req.State.Inputs), reflect.ValueOf(req.Inputs)
	for _, field := range fields() {
		if same(before.Field(field.index), after.Field(field.index)) {
			continue
		}
		kind := p.Update
		if field.name == "triggers" && req.Inputs.Update == nil {
			kind = p.UpdateReplace
		}
		diff[field.name] = p.PropertyDiff{Kind: kind, InputDiff: true}
	}
	return infer.DiffResponse{HasChanges: len(diff) > 0, DetailedDiff: diff}, nil
}

// Create runs the create command.
func (*Command) Create(
	ctx context.Context, req infer.CreateRequest[Inputs],
) (infer.CreateResponse[State], error) {
	state := State{Inputs: req.Inputs}
	if req.DryRun {
		return infer.CreateResponse[State]{Output: state}, nil
	}
	id, err := resource.NewUniqueHex("cmd", 8, 16)
	if err != nil {
		return infer.CreateResponse[State]{}, err
	}
	state, err = run(ctx, req.Inputs.Create, state, nil)
	return infer.CreateResponse[State]{ID: id, Output: state}, err
}

// Update runs the update command, or create where there is none.
func (*Command) Update(
	ctx context.Context, req infer.UpdateRequest[Inputs, State],
) (infer.UpdateResponse[State], error) {
	state := State{Inputs: req.Inputs, Stdout: req.State.Stdout, Stderr: req.State.Stderr}
	if req.DryRun {
		return infer.UpdateResponse[State]{Output: state}, nil
	}
	command := req.Inputs.Update
	if command == nil {
		command = req.Inputs.Create
	}
	state, err := run(ctx, command, state, &req.State)
	return infer.UpdateResponse[State]{Output: state}, err
}

// Delete runs the delete command that the last update kept in the state.
func (*Command) Delete(
	ctx context.Context, req infer.DeleteRequest[State],
) (infer.DeleteResponse, error) {
	_, err := run(ctx, req.State.Delete, req.State, &req.State)
	return infer.DeleteResponse{}, err
}

type field struct {
	name  string
	index int
}

func fields() []field {
	inputs := reflect.TypeFor[Inputs]()
	found := make([]field, inputs.NumField())
	for i := range found {
		name, _, _ := strings.Cut(inputs.Field(i).Tag.Get("pulumi"), ",")
		found[i] = field{name: name, index: i}
	}
	return found
}

// same: an absent list or map and an empty one say the same.
func same(a, b reflect.Value) bool {
	if kind := a.Kind(); (kind == reflect.Slice || kind == reflect.Map) && a.Len()+b.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}
