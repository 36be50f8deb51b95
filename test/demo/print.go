package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// Select Graphic Rendition codes.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// printer writes what people read. A broken pipe is no reason to stop: the exit code gives the outcome.
type printer struct {
	out   io.Writer
	color bool
	begin time.Time
}

func newPrinter(out io.Writer) *printer {
	return &printer{out: out, color: isTerminal(out) && os.Getenv("NO_COLOR") == "", begin: time.Now()}
}

func (p *printer) line(format string, args ...any) {
	_, _ = fmt.Fprintf(p.out, format+"\n", args...)
}

func (p *printer) paint(code, text string) string {
	if !p.color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p *printer) title(text string) {
	p.line("%s\n", p.paint(bold, text))
}

// step says what is happening now, and how long after the start.
func (p *printer) step(text string) {
	p.line("%s", p.paint(dim, fmt.Sprintf("%5.1fs  %s ...", time.Since(p.begin).Seconds(), text)))
}

func (p *printer) scene(number int, title, file string) {
	p.line("\n%s", p.paint(bold, fmt.Sprintf("%d. %s", number, title)))
	p.line("   $ kubectl apply -f %s", file)
}

func (p *printer) verdict(object *unstructured.Unstructured, want outcome, verdict verdict) {
	name := object.GetKind() + " " + object.GetName()
	p.line("   asked    %s: %s", name, want.asked)
	switch injected := len(verdict.diff.changes); {
	case !verdict.admitted:
		p.line("   decided  %s", p.paint(red, "denied"))
	case injected == 0:
		p.line("   decided  %s, nothing to inject", p.paint(green, "admitted"))
	default:
		p.line("   decided  %s, %s injected", p.paint(green, "admitted"), plural(injected, "field"))
	}
	for _, line := range verdict.diff.lines {
		p.line("            %s", p.paintLine(line))
	}
	for _, problem := range verdict.problems {
		p.line("   %s", p.paint(red, "UNEXPECTED  "+problem))
	}
}

func (p *printer) paintLine(line line) string {
	text := string(line.sign) + " " + line.text
	switch line.sign {
	case '+':
		return p.paint(green, text)
	case '-':
		return p.paint(red, text)
	default:
		return text
	}
}

// kubectl shows what the person at the terminal saw, word for word.
func (p *printer) kubectl(applied apiserver.Result) {
	label := "kubectl"
	for text := range strings.Lines(applied.Stderr + applied.Stdout) {
		text = strings.TrimSuffix(text, "\n")
		switch {
		case strings.HasPrefix(text, "Warning:"):
			text = p.paint(yellow, text)
		case strings.HasPrefix(text, "Error"):
			text = p.paint(red, text)
		}
		p.line("   %-7s  %s", label, text)
		label = ""
	}
}

func (p *printer) summary(count tally, start, story time.Duration) {
	p.line("\n%s: %d admitted (%s injected), %d denied. %.1fs to start, %.1fs for the story.",
		p.paint(bold, plural(count.admitted+count.denied, "object")),
		count.admitted, plural(count.injected, "field"), count.denied, start.Seconds(), story.Seconds())
	if count.unexpected == 0 {
		p.line("%s", p.paint(green, "Every outcome is the one that it should be."))
		return
	}
	p.line("%s", p.paint(red, plural(count.unexpected, "object")+" came out otherwise than it should."))
}

// decisions shows what the webhook logged of the story, for whoever has to find out why an outcome is not the expected.
func (p *printer) decisions(webhook *apiserver.Webhook) {
	log, err := os.ReadFile(webhook.LogFile())
	if err != nil {
		log = []byte(err.Error())
	}
	p.line("\nThe webhook's log of %s:", namespace)
	for text := range strings.Lines(string(log)) {
		if strings.Contains(text, `"`+namespace+`"`) {
			p.line("%s", strings.TrimSuffix(text, "\n"))
		}
	}
}

func (p *printer) keep(server *apiserver.Server, webhook *apiserver.Webhook) {
	p.line(`
The API server and the webhook run until Ctrl-C. In another terminal, in this folder:

  export KUBECONFIG=%s
  alias kubectl=%s
  kubectl get -n team-risk trainingjobs,endpointconfigs,endpoints.sagemaker.services.k8s.aws,buckets
  kubectl get -n team-risk trainingjob churn -o yaml
  kubectl apply -f %s
  tail -f %s
  curl %s`,
		server.Kubeconfig(), server.KubectlPath(), manifest("bucket-aes256.yaml"), webhook.LogFile(), webhook.MetricsURL())
}

func plural(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}
