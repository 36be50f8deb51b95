package policies_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTransitInterContainerFixtures(t *testing.T) { testFixtures(t, "transit-inter-container") }

func TestTransitInterContainerOnUpdates(t *testing.T) {
	const head = "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: TrainingJob\nmetadata: {name: a}\nspec: "
	for name, tt := range map[string]struct {
		before, after string
		want          []string
	}{
		// Late initialization writes false if nothing stood.
		"filled in by ACK":   {"{resourceConfig: {instanceCount: 2}}", "{resourceConfig: {instanceCount: 2}, enableInterContainerTrafficEncryption: false}", nil},
		"a legacy job grows": {"{resourceConfig: {instanceCount: 2}}", "{resourceConfig: {instanceCount: 4}}", nil},
		"a second instance": {
			"{resourceConfig: {instanceCount: 1}}", "{resourceConfig: {instanceCount: 2}}",
			[]string{"spec.enableInterContainerTrafficEncryption unencrypted-traffic"},
		},
		"switched off": {
			"{enableInterContainerTrafficEncryption: true, resourceConfig: {instanceCount: 2}}", "{resourceConfig: {instanceCount: 2}}",
			[]string{"spec.enableInterContainerTrafficEncryption unencrypted-traffic"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := of("transit-inter-container", evaluate(evaluator(t), load(t, held(head+tt.after+"\n")).object, load(t, held(head+tt.before+"\n")).object.Root, nil))
			if diff := cmp.Diff(tt.want, places(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
