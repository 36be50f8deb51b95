package objects

import "encoding/json"

// bucketPolicy makes a Bucket's policy: one that policies ask for, one that
// comes near it, or text that is none.
func bucketPolicy(g *Generator) any {
	if g.chance(15) {
		return pick(g, "", "{", "null", "[]", `"x"`, `{"Statement": "x"}`, `{"Statement": [null, 1, {}]}`, "${policy}")
	}
	var statements any = g.statement()
	if g.chance(80) {
		list := make([]any, g.rng.IntN(4))
		for i := range list {
			list[i] = g.statement()
		}
		statements = list
	}
	return g.document(map[string]any{"Version": "2012-10-17", "Statement": statements})
}

func (g *Generator) statement() map[string]any {
	return map[string]any{
		"Effect":    pick(g, "Allow", "Deny", "Deny", "deny"),
		"Principal": pick[any](g, "*", map[string]any{"AWS": "*"}, map[string]any{"AWS": []any{"*"}}, map[string]any{"Service": "logging.s3.amazonaws.com"}, nil),
		"Action":    pick[any](g, "s3:*", "s3:PutObject", []any{"s3:GetObject", "s3:PutObject"}, "*"),
		"Resource": pick[any](g, "*", "arn:aws:s3:::training-data/*",
			[]any{"arn:aws:s3:::training-data", "arn:aws:s3:::training-data/*"}),
		"Condition": pick[any](g, nil, "x",
			map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}},
			map[string]any{"Bool": map[string]any{"aws:SecureTransport": false}},
			map[string]any{"Null": map[string]any{"s3:x-amz-server-side-encryption-customer-algorithm": "false"}},
			map[string]any{"StringNotEquals": map[string]any{"s3:x-amz-server-side-encryption": []any{"aws:kms"}}}),
	}
}

// pipelineDefinition makes the definition of a Pipeline, in the words of the
// SageMaker API.
func pipelineDefinition(g *Generator) any {
	if g.chance(15) {
		return pick(g, "", "{", "null", "[]", `{"Steps": null}`, `{"Steps": {"Name": "x"}}`, `{"Steps": [null, 1]}`, "${definition}")
	}
	return g.document(map[string]any{
		"Version": "2020-12-01", "Metadata": map[string]any{},
		"Parameters": []any{
			map[string]any{"Name": "KmsKey", "Type": "String", "DefaultValue": key(g)},
			map[string]any{"Name": "InstanceType", "Type": "String", "DefaultValue": instanceType(g)},
			map[string]any{"Name": "Output", "Type": "String"},
		},
		"Steps": g.steps(2),
	})
}

// steps makes steps; those of a Condition hold further ones, depth levels deep.
func (g *Generator) steps(depth int) []any {
	out := make([]any, g.rng.IntN(4))
	for i := range out {
		out[i] = g.step(depth)
	}
	return out
}

func (g *Generator) step(depth int) any {
	volume := map[string]any{"InstanceType": g.expression(instanceType(g), "InstanceType"), "VolumeKmsKeyId": g.expression(key(g), "KmsKey")}
	output := map[string]any{"S3OutputPath": g.expression(s3URI(g), "Output"), "KmsKeyId": g.expression(key(g), "KmsKey")}
	for _, m := range []map[string]any{volume, output} {
		if g.chance(40) {
			delete(m, "VolumeKmsKeyId")
			delete(m, "KmsKeyId")
		}
	}
	step := func(kind string, arguments any) any {
		return map[string]any{"Name": kind, "Type": kind, "Arguments": arguments}
	}
	switch g.rng.IntN(7) {
	case 0:
		return step("Training", map[string]any{"OutputDataConfig": output, "ResourceConfig": volume})
	case 1:
		return step("Processing", map[string]any{"ProcessingOutputConfig": output, "ProcessingResources": map[string]any{"ClusterConfig": volume}})
	case 2:
		return step("Transform", map[string]any{"TransformOutput": output, "TransformResources": volume})
	case 3:
		return step("Tuning", map[string]any{"TrainingJobDefinition": map[string]any{"OutputDataConfig": output, "ResourceConfig": volume}})
	case 4:
		if depth > 0 {
			return step("Condition", map[string]any{"Conditions": []any{}, "IfSteps": g.steps(depth - 1), "ElseSteps": g.steps(depth - 1)})
		}
		return step("Fail", nil)
	case 5:
		return step("Lambda", pick[any](g, nil, "x", []any{}, map[string]any{}))
	default:
		return pick[any](g, nil, "x", 1, []any{}, map[string]any{}, map[string]any{"Type": "Training"})
	}
}

// expression is a value, or what a pipeline resolves to one.
func (g *Generator) expression(value any, parameter string) any {
	switch g.rng.IntN(8) {
	case 0:
		return map[string]any{"Get": "Parameters." + parameter}
	case 1:
		return map[string]any{"Get": pick(g, "Parameters.Absent", "Steps.Training.Output", "Execution.PipelineName", "")}
	case 2:
		return map[string]any{"Std:Join": map[string]any{"On": "", "Values": []any{value, map[string]any{"Get": "Parameters." + parameter}}}}
	default:
		return value
	}
}

func (g *Generator) document(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(data)
}

func parameterName(g *Generator) any { return pick(g, "KmsKey", "InstanceType", "Output", "") }

func parameterValue(g *Generator) any {
	switch g.rng.IntN(3) {
	case 0:
		return instanceType(g)
	case 1:
		return s3URI(g)
	default:
		return key(g)
	}
}
