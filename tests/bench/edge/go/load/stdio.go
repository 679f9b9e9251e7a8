package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// process is a server that is asked over its standard input and output; it ends with this program,
// which closes its input.
type process struct {
	tool  string
	stdin io.Writer
	lines *bufio.Reader
}

func spawn(work work) (*process, error) {
	command := exec.Command(work.Command[0], work.Command[1:]...)
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	made := &process{tool: work.Tool, stdin: stdin, lines: bufio.NewReader(stdout)}
	if _, err := made.ask(initialize); err != nil {
		return nil, err
	}
	_, err = fmt.Fprintln(stdin, initialized)
	return made, err
}

// ask sends a request and returns the next message.
func (p *process) ask(message string) ([]byte, error) {
	if _, err := fmt.Fprintln(p.stdin, message); err != nil {
		return nil, err
	}
	return p.lines.ReadBytes('\n')
}

func (p *process) once(text string) (time.Duration, error) {
	began := time.Now()
	answer, err := p.ask(fmt.Sprintf(call, p.tool, text))
	first := time.Since(began)
	for err == nil && !bytes.Contains(answer, []byte(`"result"`)) {
		answer, err = p.lines.ReadBytes('\n')
	}
	if err == nil && !bytes.Contains(answer, []byte(text)) {
		err = fmt.Errorf("another call was answered: %s", answer)
	}
	return first, err
}
