// Calls a tool in several sessions at once, each as soon as its last call is answered, for some
// seconds. Reads what to do on stdin; prints calls and latencies in microseconds, both JSON.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// work says whom to ask: `Dial` is the address behind every name, `CA` the PEM of whom to trust; or
// `Command`, a server that is started for each session and asked over standard input and output.
type work struct {
	URL, Dial, CA, Tool string
	Command             []string
	Headers             map[string]string
	Sessions            int
	Seconds             float64
}

// caller calls the work's tool once: the time to the first event where it streams, else to the answer.
type caller interface {
	once(text string) (time.Duration, error)
}

type run struct {
	work   work
	caller caller
	taken  []float64
	// Calls whose answer the proxy cut off in its middle, or whose body it did not pass on whole:
	// both happen to a plain Traefik (docs/decisions/0025).
	lost float64
	err  error
}

type session struct {
	work    work
	client  *http.Client
	headers map[string]string
}

var errRefused = errors.New("refused")

const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",` +
	`"capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}`
const initialized = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
const call = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"%s",` +
	`"arguments":{"text":"%s"},"_meta":{"progressToken":1}}}`

func begin(work work) (*session, error) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(work.CA))
	dialer := &net.Dialer{}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, work.Dial)
		},
	}
	made := &session{work: work, client: &http.Client{Transport: transport}, headers: map[string]string{}}
	for name, value := range work.Headers {
		made.headers[name] = value
	}
	made.headers["Content-Type"] = "application/json"
	made.headers["Accept"] = "application/json, text/event-stream"
	answer, err := made.post(initialize)
	if err != nil {
		return nil, err
	}
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	made.headers["Mcp-Session-Id"] = answer.Header.Get("Mcp-Session-Id")
	made.headers["MCP-Protocol-Version"] = "2025-11-25"
	if answer, err = made.post(initialized); err == nil {
		answer.Body.Close()
	}
	return made, err
}

func (s *session) post(body string) (*http.Response, error) {
	request, err := http.NewRequest("POST", s.work.URL, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range s.headers {
		request.Header.Set(name, value)
	}
	answer, err := s.client.Do(request)
	if err == nil && answer.StatusCode/100 != 2 {
		defer answer.Body.Close()
		said, _ := io.ReadAll(answer.Body)
		return nil, fmt.Errorf("%w: %s answered %s: %s", errRefused, s.work.URL, answer.Status, said)
	}
	return answer, err
}

func (s *session) once(text string) (time.Duration, error) {
	began := time.Now()
	answer, err := s.post(fmt.Sprintf(call, s.work.Tool, text))
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	reader := bufio.NewReader(answer.Body)
	var first time.Duration
	if s.work.Tool == "stream" {
		for line := ""; !strings.HasPrefix(line, "data: {"); {
			if line, err = reader.ReadString('\n'); err != nil {
				return 0, err
			}
		}
		first = time.Since(began)
	}
	rest, err := io.ReadAll(reader)
	if err == nil && !bytes.Contains(rest, []byte(text)) {
		err = fmt.Errorf("%s answered another call: %s", s.work.URL, rest)
	}
	if first == 0 {
		first = time.Since(began)
	}
	return first, err
}

func (r *run) calls(name int) {
	end := time.Now().Add(time.Duration(r.work.Seconds * float64(time.Second)))
	for number := 0; time.Now().Before(end) && r.err == nil; number++ {
		taken, err := r.caller.once(fmt.Sprintf("call-%d-of-%d", number, name))
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errRefused):
			fmt.Fprintln(os.Stderr, err)
			r.lost++
		case err != nil:
			r.err = err
		default:
			r.taken = append(r.taken, float64(taken.Microseconds()))
		}
	}
}

func connect(work work) (caller, error) {
	if len(work.Command) > 0 {
		return spawn(work)
	}
	return begin(work)
}

func main() {
	var asked work
	check(json.NewDecoder(os.Stdin).Decode(&asked))
	runs := make([]*run, asked.Sessions)
	for name := range runs {
		caller, err := connect(asked)
		check(err)
		runs[name] = &run{work: asked, caller: caller}
	}
	began := time.Now()
	var all sync.WaitGroup
	for name, each := range runs {
		all.Add(1)
		go func() {
			defer all.Done()
			each.calls(name)
		}()
	}
	all.Wait()
	spent := time.Since(began).Seconds()
	var taken []float64
	lost := 0.0
	for _, each := range runs {
		check(each.err)
		taken = append(taken, each.taken...)
		lost += each.lost
	}
	slices.Sort(taken)
	json.NewEncoder(os.Stdout).Encode(map[string]float64{
		"lost": lost,
		"rate": float64(len(taken)) / spent,
		"p50":  taken[len(taken)/2],
		"p99":  taken[len(taken)*99/100],
	})
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
