package policies_test
import ("testing";"strings";"fmt";"time";"github.com/cmkgate/cmkgate/policies";"github.com/cmkgate/cmkgate/policies/tree")
func TestZZ(t *testing.T){
 e:=evaluator(t)
 var w strings.Builder
 for i:=range 45000 { fmt.Fprintf(&w, `"%022d":1,`, i) }
 defs:=strings.TrimSuffix(strings.Repeat(`{"resourceConfig":{}},`,30000),",")
 for name,data:=range map[string]string{
  "hpo": `{"spec":{"trainingJobDefinitions":[`+defs+`],`+w.String()+`"z":1}}`,
  "bucket": `{"spec":{"encryption":{"rules":[`+strings.TrimSuffix(strings.Repeat(`{},`,100000),",")+`]},`+w.String()+`"z":1}}`,
 }{
  root,err:=tree.ParseJSON([]byte(data)); if err!=nil {t.Fatal(err)}
  kind:="HyperParameterTuningJob"; g:="sagemaker.services.k8s.aws"
  if name=="bucket" {kind="Bucket"; g="s3.services.k8s.aws"}
  s:=time.Now(); f:=e.Evaluate(policies.Object{Group:g,Kind:kind,Root:root},nil,policies.Nowhere{})
  fmt.Println(name,len(data),len(f),time.Since(s))
  s=time.Now(); e.Evaluate(policies.Object{Group:g,Kind:kind,Root:root},root,policies.Nowhere{})
  fmt.Println(name,"update",time.Since(s))
 }
}
