package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	attackVariable = "CMKGATE_E2E_ATTACK" // the address that is attacked
	attackMark     = "ATTACK "
)

// attackReport is what an attack came to.
type attackReport struct {
	// Answered are the malformed reviews that got an answer, Admitted those that were let through.
	Answered int `json:"answered"`
	Admitted int `json:"admitted"`
	// Cut are the slow connections that the server has ended.
	Cut int `json:"cut"`
}

// TestAttack is no test: the suite runs it on the node, which may reach Services where the suite itself may not.
func TestAttack(t *testing.T) {
	address := os.Getenv(attackVariable)
	if address == "" {
		t.Skip("part of TestReliability")
	}
	var report attackReport
	var group sync.WaitGroup
	group.Go(func() { report.Cut = crawl(t.Context(), address) })
	group.Go(func() { report.Answered, report.Admitted = flood(t.Context(), address) })
	group.Wait()
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\n%s%s\n", attackMark, text)
}

// anyone trusts whom an attacker trusts.
func anyone(protocols ...string) *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, NextProtos: protocols}
}

// flood sends malformed reviews and counts the answers, and those that admit something.
func flood(ctx context.Context, address string) (answered, admitted int) {
	var answers, admissions atomic.Int64
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: anyone(), ForceAttemptHTTP2: true}}
	bodies := malformedReviews()
	var group sync.WaitGroup
	const senders = 16
	for sender := range senders {
		group.Go(func() {
			for n := sender; n < malformed; n += senders {
				path := [...]string{"/validate", "/mutate"}[n/len(bodies)%2]
				text, err := post(ctx, client, "https://"+address+path, bodies[n%len(bodies)])
				if err != nil {
					continue
				}
				answers.Add(1)
				if path == "/validate" && strings.Contains(text, `"allowed":true`) { // mutating denies nothing
					admissions.Add(1)
				}
			}
		})
	}
	group.Wait()
	return int(answers.Load()), int(admissions.Load())
}

func post(ctx context.Context, client *http.Client, url, body string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return string(text), err
}

// malformedReviews ask for nothing that may be let through.
func malformedReviews() []string {
	review := func(request string) string {
		return `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":` + request + `}`
	}
	job := func(object string) string {
		return review(`{"uid":"1","operation":"CREATE","kind":{"group":"sagemaker.services.k8s.aws","version":"v1alpha1","kind":"TrainingJob"},"object":` + object + `}`)
	}
	// What can be read of these has a key of AWS, so that no answer lets them through.
	bad := `{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"TrainingJob","spec":{"outputDataConfig":{"kmsKeyID":"alias/aws/s3"},"a":`
	return []string{
		"", "{", "null", "[]", "\x00\xff\xfe", `"AdmissionReview"`,
		review("null"), review("{}"), review(`[]`), review(`{"uid":1}`), review(`{"uid":"1","operation":"NONSENSE"}`),
		`{"apiVersion":"v1","kind":"Pod"}`,
		job("null"), job("[]"), job(`"x"`), job("{}"), job(`{"apiVersion":"v1","kind":"Pod"}`),
		job(bad + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}}"),
		job(bad + strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000) + "}}"),
		job(bad + `"` + strings.Repeat("x", 1<<17) + `"}}`),
		job(bad + `"\ud800","resourceConfig":[1,2,3]}}`),
		strings.Repeat("a", 1<<16), strings.Repeat("{", 1<<16),
	}
}

// crawl holds slow connections open and counts those that the server ends.
func crawl(ctx context.Context, address string) int {
	ctx, cancel := context.WithTimeout(ctx, slowSeconds*time.Second)
	defer cancel()
	kinds := []func(context.Context, string) error{silent, shakes, dripsHeaders, dripsBody, speaksHTTP2}
	var cut atomic.Int64
	var group sync.WaitGroup
	for n := range slow {
		group.Go(func() {
			if kinds[n%len(kinds)](ctx, address) != nil && ctx.Err() == nil {
				cut.Add(1)
			}
		})
	}
	group.Wait()
	return int(cut.Load())
}

// silent connects and says nothing.
func silent(ctx context.Context, address string) error {
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return drip(ctx, connection, nil)
}

// shakes says nothing after the handshake.
func shakes(ctx context.Context, address string) error { return speak(ctx, address, "http/1.1", nil) }

func dripsHeaders(ctx context.Context, address string) error {
	return speak(ctx, address, "http/1.1", []byte("POST /validate HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("a", 1000)))
}

// dripsBody begins at once with a review that never ends.
func dripsBody(ctx context.Context, address string) error {
	return speak(ctx, address, "http/1.1", bytes.Repeat([]byte{' '}, 1000), "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{")
}

// speaksHTTP2 sends the preface and no request.
func speaksHTTP2(ctx context.Context, address string) error {
	return speak(ctx, address, "h2", nil, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
}

func speak(ctx context.Context, address, protocol string, slowly []byte, first ...string) error {
	dialer := tls.Dialer{Config: anyone(protocol)}
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(connection, strings.Join(first, "")); err != nil {
		return err
	}
	return drip(ctx, connection, slowly)
}

// drip sends a byte a second until there is nothing left, and returns when the other side has had enough.
func drip(ctx context.Context, connection net.Conn, slowly []byte) error {
	defer connection.Close()
	over := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, connection)
		if err == nil {
			err = io.EOF
		}
		over <- err
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-over:
			return err
		case <-tick.C:
		}
		if len(slowly) == 0 {
			continue
		}
		if _, err := connection.Write(slowly[:1]); err != nil {
			return err
		}
		slowly = slowly[1:]
	}
}
