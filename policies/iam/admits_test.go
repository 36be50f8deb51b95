package iam

import (
	"strings"
	"testing"
	"time"
)

func TestAdmits(t *testing.T) {
	statement := func(effect, elements string) string {
		return `{"Effect":"` + effect + `","Principal":{"Service":["x.amazonaws.com","logs.amazonaws.com"]},` + elements + `}`
	}
	const put = `"Action":"s3:Put*"`
	all := put + `,"Resource":"arn:aws:s3:::b/*"`
	when := func(condition string) string { return statement("Allow", all+`,"Condition":`+condition) }
	for name, tt := range map[string]struct {
		statements string
		want       bool
	}{
		"the action and the objects":              {statement("Allow", all), true},
		"every action but others":                 {statement("Allow", `"NotAction":"s3:Get*","Resource":"*"`), true},
		"every action but this":                   {statement("Allow", `"NotAction":"s3:put*","Resource":"*"`), false},
		"every object but some":                   {statement("Allow", put+`,"NotResource":"arn:aws:s3:::b/secret/*"`), true},
		"every object but those of the bucket":    {statement("Allow", put+`,"NotResource":"arn:aws:s3:::b*"`), false},
		"another partition, which may be meant":   {statement("Allow", put+`,"Resource":"arn:aws-cn:s3:::b/*"`), true},
		"one object":                              {statement("Allow", put+`,"Resource":"arn:aws:s3:::b/one"`), true},
		"a bucket whose name goes on":             {statement("Allow", put+`,"Resource":"arn:aws:s3:::bb/*"`), false},
		"a known key as it is":                    {when(`{"StringEquals":{"AWS:known":"yes"}}`), true},
		"a known key as it never is":              {when(`{"StringNotEquals":{"aws:Known":"yes"}}`), false},
		"a known key that must be absent":         {when(`{"Null":{"aws:Known":"true"}}`), false},
		"an absent key":                           {when(`{"StringEquals":{"aws:Absent":"x"}}`), false},
		"an absent key if it exists":              {when(`{"StringEqualsIfExists":{"aws:Absent":"x"}}`), true},
		"an absent key that must not be there":    {when(`{"Null":{"aws:Absent":"true"}}`), true},
		"an absent address":                       {when(`{"IpAddress":{"aws:Absent":"10.0.0.0/8"}}`), false},
		"an unknown key":                          {when(`{"StringLike":{"x:y":"a*"}}`), true},
		"an unknown key with an unknown operator": {when(`{"NumericLessThan":{"x:y":3}}`), true},
		"two values of which one fits":            {when(`{"StringEquals":{"x:y":["a","b"]},"StringNotEquals":{"x:y":"a"}}`), true},
		"values that exclude each other":          {when(`{"StringEquals":{"x:y":"a"},"StringLike":{"x:y":"b*"}}`), false},
		"there and not there":                     {when(`{"StringEquals":{"x:y":"a"},"Null":{"x:y":"true"}}`), false},
		"true and false":                          {when(`{"Bool":{"x:y":"true"},"BoolIfExists":{"x:y":"false"}}`), false},
		"an ARN in its scope":                     {when(`{"ArnLike":{"aws:SourceArn":"arn:aws-cn:s3:::source"}}`), true},
		"an ARN with wildcards":                   {when(`{"ArnEquals":{"aws:SourceArn":"arn:*:s3:::*"}}`), true},
		"an ARN of another service":               {when(`{"ArnLike":{"aws:SourceArn":"arn:aws:sns:::x"}}`), false},
		"any ARN but one":                         {when(`{"ArnNotLike":{"aws:SourceArn":"arn:aws:s3:::x"}}`), true},
		"denied altogether":                       {statement("Allow", all) + "," + statement("Deny", all), false},
		"denied elsewhere":                        {statement("Allow", all) + "," + statement("Deny", put+`,"Resource":"arn:aws:s3:::b/x/*"`), true},
		"one of two parts denied":                 {statement("Allow", put+`,"Resource":["arn:aws:s3:::b/x/*","arn:aws:s3:::b/y/*"]`) + "," + statement("Deny", put+`,"Resource":"arn:aws:s3:::b/x/*"`), true},
		"denied under a condition":                {statement("Allow", all) + "," + statement("Deny", all+`,"Condition":{"StringEquals":{"x:y":"a"}}`), true},
		"denied under a condition that holds":     {statement("Allow", all) + "," + statement("Deny", all+`,"Condition":{"StringEquals":{"aws:Known":"yes"}}`), false},
		"values without end":                      {when(`{"StringLike":{"x:y":"` + strings.Repeat("a", 5000) + `"}}`), false},
	} {
		policy, err := Parse(`{"Statement":[` + tt.statements + `]}`)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		request := Request{Action: "s3:PutObject", Resource: "arn:aws:s3:::b/*", Context: []ContextKey{
			{Name: "aws:Known", Value: "yes"}, {Name: "aws:Absent", Absent: true}, {Name: "aws:SourceArn", Value: "arn:aws:s3:::*"},
		}}
		s, id, ok := policy.Admits(Principal{Type: "Service", IDs: []string{"other.amazonaws.com", "logs.amazonaws.com"}}, request)
		if ok != tt.want || ok && (s.Pointer != "/Statement/0" || id != "logs.amazonaws.com") {
			t.Errorf("%s: %v by %v, %q", name, ok, s, id)
		}
	}
}

// A policy of 20 KB that is made to be slow.
func TestAdmitsTakesLittleTime(t *testing.T) {
	slow := strings.Repeat("*a", 1000)
	allow := `{"Effect":"Allow","Principal":{"Service":"x"},"Action":"*","Resource":"arn:aws:s3:::b/` + strings.Repeat("a", 1100) + `*","Condition":{"StringLike":{"x:y":["` + slow + `","` + strings.Repeat("a", 60) + `"]},"StringNotLike":{"x:y":["*"]}}},`
	allowed := strings.Replace(allow, `"StringNotLike":{"x:y":["*"]}`, `"StringNotLike":{"x:z":["b"]}`, 1)
	deny := `{"Effect":"Deny","Principal":{"Service":"x"},"Action":"*","Resource":["arn:aws:s3:::b/*","arn:aws:s3:::b/` + strings.Repeat("*a", 1500) + `b*"]}`
	policy, err := Parse(`{"Statement":[` + strings.Repeat(allow, 3) + strings.Repeat(allowed, 2) + deny + `]}`)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, _, ok := policy.Admits(Principal{Type: "Service", IDs: []string{"x"}}, Request{Action: "s3:PutObject", Resource: "arn:aws:s3:::b/*"}); ok {
		t.Error("what is denied is admitted")
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v", took)
	} else {
		t.Log(took)
	}
}
