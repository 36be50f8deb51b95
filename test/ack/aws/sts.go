package aws

import (
	"net/url"
	"strings"
)

// assumed starts the access keys of roles that were assumed; the role's account follows.
const assumed = "ASIA"

// accountOf is the account that an access key belongs to.
func accountOf(accessKey string) string {
	if account, ok := strings.CutPrefix(accessKey, assumed); ok {
		return account
	}
	return AccountID
}

// serveSTS answers the two questions that ACK asks: who it is, before it starts, which tells it the partition and the
// account; and for the credentials of a role, where a namespace belongs to another account.
func serveSTS(request *Request, body []byte) answer {
	parameters, err := url.ParseQuery(string(body))
	if err != nil {
		return xmlProblem("MalformedQueryString")
	}
	request.Operation = parameters.Get("Action")
	switch request.Operation {
	case "GetCallerIdentity":
		return stsAnswer(request.Operation, "<Arn>"+roleARN(AccountID, "ack")+"</Arn><UserId>AROATEST:test</UserId><Account>"+AccountID+"</Account>")
	case "AssumeRole":
		request.Name = parameters.Get("RoleArn")
		_, rest, _ := strings.Cut(request.Name, "iam::")
		account, _, _ := strings.Cut(rest, ":")
		return stsAnswer(request.Operation, "<AssumedRoleUser><Arn>"+roleARN(account, "ack")+"</Arn><AssumedRoleId>AROATEST:test</AssumedRoleId></AssumedRoleUser>"+
			"<Credentials><AccessKeyId>"+assumed+account+"</AccessKeyId><SecretAccessKey>test</SecretAccessKey><SessionToken>test</SessionToken>"+
			"<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>")
	}
	return unsupported(request.Operation + " of STS")
}

func roleARN(account, role string) string {
	return "arn:aws:sts::" + account + ":assumed-role/" + role + "/test"
}

func stsAnswer(operation, result string) answer {
	return xmlAnswer("<" + operation + "Response><" + operation + "Result>" + result + "</" + operation + "Result></" + operation + "Response>")
}
