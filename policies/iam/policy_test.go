package iam

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const example = `{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "logs", "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com", "AWS": ["111122223333"]}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::data/*"},
    {"Effect": "Deny", "NotPrincipal": "*", "NotAction": ["s3:*"], "NotResource": ["*"],
     "Condition": {"Bool": {"aws:SecureTransport": false}, "NumericLessThan": {"s3:TlsVersion": [1.2, "1.3"]}}}
  ]
}`

func TestParse(t *testing.T) {
	got, err := Parse(example)
	if err != nil {
		t.Fatal(err)
	}
	want := &Policy{Statements: []Statement{
		{
			Pointer: "/Statement/0", Effect: Allow,
			Principals: []Principal{{Type: "Service", IDs: []string{"logging.s3.amazonaws.com"}}, {Type: "AWS", IDs: []string{"111122223333"}}},
			Actions:    Set{Patterns: []string{"s3:PutObject"}},
			Resources:  Set{Patterns: []string{"arn:aws:s3:::data/*"}},
		},
		{
			Pointer: "/Statement/1", Effect: Deny, NotPrincipal: true,
			Principals: []Principal{{Type: "AWS", IDs: []string{"*"}}},
			Actions:    Set{Not: true, Patterns: []string{"s3:*"}},
			Resources:  Set{Not: true, Patterns: []string{"*"}},
			Conditions: []Condition{
				{Operator: "Bool", Key: "aws:SecureTransport", Values: []string{"false"}},
				{Operator: "NumericLessThan", Key: "s3:TlsVersion", Values: []string{"1.2", "1.3"}},
			},
		},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Only what is as if it had been asked of AWS is an answer: these have no say.
func TestDeniesNamesTheElementThatDoesNotFit(t *testing.T) {
	request := Request{Action: "s3:PutObject", Resource: "arn:aws:s3:::data/*", Context: []ContextKey{{Name: "aws:SecureTransport", Value: "false"}}}
	everyone := []Principal{{Type: "AWS", IDs: []string{"*"}}}
	anything := Set{Patterns: []string{"*"}}
	for _, tt := range []struct {
		statement Statement
		want      string
	}{
		{Statement{Effect: Deny, Principals: everyone, Actions: anything, Resources: anything}, ""},
		{Statement{Effect: Allow, Principals: everyone, Actions: anything, Resources: anything}, "Effect"},
		{Statement{Effect: Deny, Actions: anything, Resources: anything}, "Principal"},
		{Statement{Effect: Deny, Principals: everyone, NotPrincipal: true, Actions: anything, Resources: anything}, "NotPrincipal"},
		{Statement{Effect: Deny, Principals: everyone, Resources: anything}, "Action"},
		{Statement{Effect: Deny, Principals: everyone, Actions: Set{Not: true, Patterns: []string{"s3:p*"}}, Resources: anything}, "NotAction"},
		{Statement{Effect: Deny, Principals: everyone, Actions: anything}, "Resource"},
		{Statement{Effect: Deny, Principals: everyone, Actions: anything, Resources: Set{Not: true, Patterns: []string{"arn:aws-cn:s3:::data/a"}}}, "NotResource"},
		{Statement{Effect: Deny, Principals: everyone, Actions: anything, Resources: anything, Conditions: []Condition{{"Bool", "aws:MultiFactorAuthPresent", []string{"false"}}}}, "Condition"},
	} {
		element, denied := tt.statement.Denies(request)
		if element != tt.want || denied != (tt.want == "") {
			t.Errorf("%+v: %q, %v; want %q", tt.statement, element, denied, tt.want)
		}
	}
}

// FuzzParse holds that any text is a policy or an error that says where.
func FuzzParse(f *testing.F) {
	f.Add(example, "data")
	f.Add(`{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*?*"}}`, "*")
	f.Add(`{"Statement":[{"Principal":{"AWS":[]},"Condition":{"":{"":[{}]}}}]}`, "")
	f.Add("{\n \"Statement\": \xff}", "?")
	f.Fuzz(func(t *testing.T, text, name string) {
		p, err := Parse(text)
		var e *Error
		if err != nil && (!errors.As(err, &e) || e.Where == "" || e.Problem == "" || strings.ContainsAny(err.Error(), "\n\r\x00")) {
			t.Fatalf("%q of %q", err, text)
		}
		if err != nil {
			return
		}
		if !json.Valid([]byte(text)) {
			t.Fatalf("%q is no JSON", text)
		}
		everyone := Request{Action: "s3:*", Resource: "arn:aws:s3:::" + name + "/*"}
		one := Request{Action: "s3:PutObject", Resource: "arn:aws:s3:::" + name + "/x", Context: []ContextKey{{Name: "aws:SecureTransport", Value: "false"}}}
		for i := range p.Statements {
			s := &p.Statements[i]
			_, all := s.Denies(everyone)
			_, some := s.Denies(one)
			if all && !some && !strings.ContainsAny(name, "*?") {
				t.Fatalf("%s denies every request and not this one: %+v", text, one)
			}
		}
	})
}
