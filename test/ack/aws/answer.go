package aws

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
)

// answer is what a client gets.
type answer struct {
	status int
	header map[string]string
	body   []byte
}

func (a answer) write(w http.ResponseWriter) {
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that has gone does not want to know
}

// problem is an error as AWS words it: clients tell errors apart by code, and ACK some of them by message.
type problem struct {
	Code    string
	Message string
}

func (p *problem) Error() string {
	return p.Code + ": " + p.Message
}

// unsupported is the answer to what the tables do not have. Clients do not try again after it.
func unsupported(what string) answer {
	return jsonProblem(&problem{Code: "UnsupportedByTheTestEndpoint", Message: what + " is not in the tables of this endpoint"})
}

// jsonAnswer answers as the AWS JSON protocol 1.1 does.
func jsonAnswer(members map[string]any) answer {
	body, err := json.Marshal(members)
	if err != nil {
		return jsonProblem(&problem{Code: "InternalFailure", Message: err.Error()})
	}
	return answer{status: http.StatusOK, header: map[string]string{"Content-Type": "application/x-amz-json-1.1"}, body: body}
}

func jsonProblem(p *problem) answer {
	return answer{
		status: http.StatusBadRequest,
		header: map[string]string{"Content-Type": "application/x-amz-json-1.1", "X-Amzn-Errortype": p.Code},
		body:   fmt.Appendf(nil, `{"__type":%q,"message":%q}`, p.Code, p.Message),
	}
}

// xmlAnswer answers as S3 and STS do.
func xmlAnswer(body string) answer {
	return answer{
		status: http.StatusOK,
		header: map[string]string{"Content-Type": "application/xml"},
		body:   []byte(xml.Header + body),
	}
}

// xmlProblem answers that there is no such thing.
func xmlProblem(code string) answer {
	return xmlRefusal(http.StatusNotFound, &problem{Code: code, Message: code})
}

// xmlRefusal answers with an error of S3.
func xmlRefusal(status int, p *problem) answer {
	a := xmlAnswer(fmt.Sprintf("<Error><Code>%s</Code><Message>%s</Message></Error>", p.Code, p.Message))
	a.status = status
	return a
}
