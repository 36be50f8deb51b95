package hostile

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
)

// quoted is a text as a JSON string.
func quoted(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// escaped is a text of letters in the longest way that JSON has.
func escaped(text string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, `\u%04x`, text[i])
	}
	return b.String()
}

func pipelineShapes() []Shape { //nolint:funlen // a table
	definition := func(name string, text func(size int) string) Shape {
		return Shape{
			Name: "Pipeline: " + name, group: catalog.SageMaker, kind: "Pipeline",
			spec: func(size int) string { return `{"pipelineDefinition":` + quoted(text(size)) + `}` },
		}
	}
	step := func(kind, arguments string) string {
		return `{"Steps":[{"Name":"a","Type":"` + kind + `","Arguments":` + arguments + `}]}`
	}
	deep := func(size, depth int, inner string) string {
		levels := min(depth, size/12)
		return strings.Repeat(`{"a":`, levels) + inner + strings.Repeat("}", levels)
	}
	const output = `{"OutputDataConfig":{"KmsKeyId":{"Get":"Parameters.p"}},"ResourceConfig":{"InstanceType":{"Get":"Parameters.p"}}}`
	return []Shape{
		definition("members named like keys", func(size int) string {
			return step("Tomorrow", "{"+many(size, `"x%dKmsKeyId":"a"`)+"}")
		}),
		definition("members named like keys, in a known step", func(size int) string {
			return step("Training", "{"+many(size, `"x%dKmsKeyId":"a"`)+"}")
		}),
		definition("members named like keys, expressions", func(size int) string {
			return step("Tomorrow", "{"+many(size, `"x%dKmsKeyId":{"Std:Join":{"On":"","Values":["a",{"Get":"Parameters.p"}]}}`)+"}")
		}),
		definition("keys below a long name", func(size int) string {
			return step("Tomorrow", `{"`+strings.Repeat("n", size/2)+`":{`+many(size/2, `"x%dKmsKeyId":"a"`)+"}}")
		}),
		definition("keys below many long names", func(size int) string {
			return step("Tomorrow", "{"+many(size/2, `"`+strings.Repeat("n", 200)+`%d":{"KmsKeyId":"a"}`)+"}")
		}),
		definition("keys in lists", func(size int) string {
			return step("Tomorrow", `{"a":[`+many(size, `{"KmsKeyId":"a"}`)+"]}")
		}),
		definition("deep", func(size int) string { return step("Tomorrow", deep(size, 9000, `{"KmsKeyId":"a"}`)) }),
		definition("deep and broad", func(size int) string {
			return step("Tomorrow", deep(size, 60, "{"+many(size, `"x%d":{"a":[]}`)+"}"))
		}),
		definition("steps", func(size int) string {
			return `{"Steps":[` + many(size, `{"Name":"a%d","Type":"Training","Arguments":`+output+`}`) + `]}`
		}),
		definition("bare steps", func(size int) string { return `{"Steps":[` + many(size, `{"Type":"Training"}`) + `]}` }),
		definition("no steps", func(size int) string { return `{"Steps":[` + many(size, `0`) + `]}` }),
		definition("steps without a type", func(size int) string { return `{"Steps":[` + many(size, `{}`) + `]}` }),
		definition("a long name of a step", func(size int) string {
			return `{"Steps":[{"Name":"` + escaped(strings.Repeat("n", size/16)) + `","Type":"Tomorrow","Arguments":{` + many(size/2, `"x%dKmsKeyId":"a"`) + `}}]}`
		}),
		definition("nested steps", func(size int) string {
			const open, end = `{"Steps":[{"Type":"Condition","Arguments":{"IfSteps":[`, `]}}]}`
			const more, last = `{"Type":"Condition","Arguments":{"IfSteps":[`, `]}}`
			n := size / (len(more) + len(last) + 1)
			return open + strings.Repeat(more, n) + strings.Repeat(last, n) + end
		}),
		definition("branches", func(size int) string {
			return `{"Steps":[` + many(size, `{"Type":"Condition","Arguments":{"IfSteps":[{"Type":"Training"}],"ElseSteps":[0]}}`) + `]}`
		}),
		definition("parameters", func(size int) string {
			return `{"Parameters":[` + many(size/2, `{"Name":"p%d"}`) + `],"Steps":[` + many(size/2, `{"Type":"Training","Arguments":{"OutputDataConfig":{"KmsKeyId":{"Get":"Parameters.p%d"}}}}`) + `]}`
		}),
		definition("bad parameters", func(size int) string { return `{"Parameters":[` + many(size, `0`) + `],"Steps":[]}` }),
		definition("one long parameter", func(size int) string {
			return `{"Parameters":[{"Name":"p","DefaultValue":"` + escaped(strings.Repeat("a", 4000)) + `"}],"Steps":[` + many(size, `{"Type":"Training","Arguments":`+output+`}`) + `]}`
		}),
		definition("one join of many", func(size int) string {
			join := `{"Std:Join":{"On":"","Values":[` + many(size/2, `{"Get":"Parameters.p"}`) + `]}}`
			return `{"Parameters":[{"Name":"p","DefaultValue":"` + strings.Repeat("a", 4000) + `"}],"Steps":[{"Type":"Training","Arguments":{"ResourceConfig":{"InstanceType":` + join + `}}},` + many(size/2, `{"Type":"Training","Arguments":`+output+`}`) + `]}`
		}),
		definition("joins of joins", func(size int) string {
			const open, end = `{"Std:Join":{"On":"a","Values":[{"Get":"Parameters.p"},`, `]}}`
			n := min(size/(len(open)+len(end)+1), 2400)
			return `{"Parameters":[{"Name":"p","DefaultValue":"` + strings.Repeat("a", 3) + `"}],"Steps":[{"Type":"Training","Arguments":{"OutputDataConfig":{"KmsKeyId":` + strings.Repeat(open, n) + `"a"` + strings.Repeat(end, n) + `}}}]}`
		}),
		definition("instance types of a tuning job", func(size int) string {
			return step("Tuning", `{"TrainingJobDefinitions":[`+many(size, `{"HyperParameterTuningResourceConfig":{"InstanceConfigs":[{},{"InstanceType":"ml.g5.xlarge"}]}}`)+"]}")
		}),
		definition("variants", func(size int) string {
			return step("EndpointConfig", `{"ProductionVariants":[`+many(size/2, `{"CoreDumpConfig":{}}`)+`],"ShadowProductionVariants":[`+many(size/2, `{"CoreDumpConfig":{}}`)+"]}")
		}),
		definition("broken", func(size int) string { return strings.Repeat("\n", size) + "x" }),
		definition("numbers", func(size int) string { return `{"Steps":[],"x":[` + many(size, "0") + "]}" }),
		definition("repeated names", func(size int) string {
			return step("Tomorrow", "{"+many(size, `"KmsKeyId":"a"`)+"}")
		}),
		definition("misspelled names", func(size int) string {
			return step("Training", `{"OutputDataConfig":{`+many(size, `"kmskeyid%d":"a"`)+"}}")
		}),
	}
}

func bucketShapes() []Shape {
	policy := func(name string, text func(size int) string) Shape {
		return Shape{
			Name: "Bucket policy: " + name, group: catalog.S3, kind: "Bucket",
			spec: func(size int) string {
				return `{"name":"` + strings.Repeat("a", 255) + `","policy":` + quoted(text(size)) + `}`
			},
		}
	}
	const head = `{"Version":"2012-10-17","Statement":[`
	statement := func(element string) string {
		return head + `{"Effect":"Deny","Principal":"*",` + element + `}]}`
	}
	return []Shape{
		policy("statements", func(size int) string {
			return head + many(size, `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"a","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`) + `]}`
		}),
		policy("bare statements", func(size int) string { return head + many(size, `{}`) + `]}` }),
		policy("patterns", func(size int) string {
			return statement(`"Action":"*","Resource":[` + many(size, `"arn:aws:s3:::`+strings.Repeat("*a", 1000)+`b*"`) + `],"Condition":{"Bool":{"aws:SecureTransport":"false"}}`)
		}),
		policy("one pattern", func(size int) string {
			return statement(`"Action":"*","Resource":"arn:aws:s3:::` + strings.Repeat("*a", size/2) + `b*","Condition":{"Bool":{"aws:SecureTransport":"false"}}`)
		}),
		policy("actions", func(size int) string {
			return statement(`"Action":[` + many(size, `"s3:*a%d"`) + `],"Resource":"*"`)
		}),
		policy("conditions", func(size int) string {
			return statement(`"Action":"*","Resource":"*","Condition":{"` + strings.Repeat("o", size/2) + `":{` + many(size/2, `"k%d":"a"`) + `}}`)
		}),
		policy("principals", func(size int) string {
			return head + many(size, `{"Effect":"Allow","Principal":{"Service":["a","b"]},"Action":"*","Resource":"*"}`) + `]}`
		}),
		policy("broken", func(size int) string { return head + strings.Repeat("\n", size) }),
	}
}

func secretShapes() []Shape {
	variables := func(name string, members func(size int) string) Shape {
		return Shape{
			Name: "environment: " + name, group: catalog.SageMaker, kind: "TrainingJob",
			spec: func(size int) string { return `{"environment":{` + members(size) + `}}` },
		}
	}
	value := func(name string, text func(size int) string) Shape {
		return variables(name, func(size int) string { return `"A":` + quoted(text(size)) })
	}
	repeat := func(s string) func(int) string {
		return func(size int) string { return strings.Repeat(s, size/len(s)) }
	}
	out := []Shape{
		variables("passwords", func(size int) string { return many(size, `"DB_PASSWORD_%d":"Correct-Horse-9"`) }),
		variables("nothing", func(size int) string { return many(size, `"a%d":1`) }),
		variables("long names", func(size int) string {
			return many(size, `"`+strings.Repeat("1", 1000)+`%dpassword":"Correct-Horse-9"`)
		}),
	}
	for _, s := range []string{
		"SG.", "ya29.", "ghp_", "AKIA", "eyJhbGciOi.", "ey.", "a.", `a."`, "a=", "a:b@", "https://a:", "-----BEGIN ", `\`, `\\"`, "password", "password=", "password: ", `"name":"`,
		`"name":"a","value":"`, "hooks.slack.com/services/", "whsec_+", "xoxe.xox", "-", "_", "$", "a ", "Bearer ", "/", "discord.com/api/webhooks/", "hvs.", "a_password ",
	} {
		out = append(out, value("repeated "+s, repeat(s)))
	}
	arguments := Shape{
		Name: "arguments", group: catalog.SageMaker, kind: "ProcessingJob",
		spec: func(size int) string {
			return `{"appSpecification":{"containerArguments":[` + many(size, `"--password","a"`) + `]}}`
		},
	}
	execution := Shape{
		Name: "parameters of an execution", group: catalog.SageMaker, kind: "PipelineExecution",
		spec: func(size int) string {
			return `{"pipelineName":"p","pipelineParameters":[` + many(size, `{"name":"kms%d","value":"alias/a"}`) + `]}`
		},
	}
	return append(out, arguments, execution)
}
