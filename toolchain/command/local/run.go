package local

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"

	p "github.com/pulumi/pulumi-go-provider"
)

var loggings = map[string]bool{"stdout": true, "stderr": true, "stdoutAndStderr": true, "none": true}

// run executes command and gives state with what it printed; previous is the state before, if any.
func run(ctx context.Context, command *string, state State, previous *State) (State, error) {
	if command == nil {
		return state, nil
	}
	interpreter := state.Interpreter
	if len(interpreter) == 0 {
		interpreter = []string{"/bin/sh", "-c"}
	}
	args := append(append([]string{}, interpreter[1:]...), *command)
	cmd := exec.CommandContext(ctx, interpreter[0], args...)
	cmd.Env = environment(state.Inputs, previous)
	// A group of its own: a cancelled update ends what the shell started too.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if state.Dir != nil {
		cmd.Dir = *state.Dir
	}
	if state.Stdin != nil {
		cmd.Stdin = strings.NewReader(*state.Stdin)
	}
	var printed output
	err := printed.capture(ctx, cmd, logging(state.Inputs))
	if err != nil {
		return state, fmt.Errorf("%w: running %q:\n%s", err, *command, printed.both.String())
	}
	state.Stdout = strings.TrimSuffix(printed.stdout.String(), "\n")
	state.Stderr = strings.TrimSuffix(printed.stderr.String(), "\n")
	return state, nil
}

func environment(inputs Inputs, previous *State) []string {
	env := os.Environ()
	if previous != nil && (inputs.AddPreviousOutputInEnv == nil || *inputs.AddPreviousOutputInEnv) {
		env = append(env,
			"PULUMI_COMMAND_STDOUT="+previous.Stdout, "PULUMI_COMMAND_STDERR="+previous.Stderr)
	}
	for name, value := range inputs.Environment {
		env = append(env, name+"="+value)
	}
	return env
}

func logging(inputs Inputs) string {
	if inputs.Logging == nil {
		return "stdoutAndStderr"
	}
	return *inputs.Logging
}

type output struct {
	lock                 sync.Mutex
	stdout, stderr, both bytes.Buffer
}

// capture runs cmd, keeps what it prints, and shows each line to the user where logged says so.
func (o *output) capture(ctx context.Context, cmd *exec.Cmd, logged string) error {
	var readers sync.WaitGroup
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	logger := p.GetLogger(ctx)
	for _, stream := range []struct {
		from io.Reader
		to   *bytes.Buffer
		show bool
	}{
		{stdout, &o.stdout, logged == "stdout" || logged == "stdoutAndStderr"},
		{stderr, &o.stderr, logged == "stderr" || logged == "stdoutAndStderr"},
	} {
		readers.Go(func() { o.read(stream.from, stream.to, stream.show, logger) })
	}
	readers.Wait()
	return cmd.Wait()
}

func (o *output) read(from io.Reader, to *bytes.Buffer, show bool, logger p.Logger) {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadString('\n')
		o.lock.Lock()
		to.WriteString(line)
		o.both.WriteString(line)
		o.lock.Unlock()
		if text := strings.TrimRight(line, "\n"); show && text != "" {
			logger.Info(text)
		}
		if err != nil {
			return
		}
	}
}
