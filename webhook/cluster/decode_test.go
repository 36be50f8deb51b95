package cluster

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func decode(t *testing.T, text string) any {
	t.Helper()
	object, _, err := decoder{trimNamespace}.Decode([]byte(text), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return object
}

func TestAnObjectIsDecodedToWhatIsKept(t *testing.T) {
	got := decode(t, `{"kind":"Namespace","metadata":{"name":"a","resourceVersion":"7","uid":"x","labels":{"team":"a"},
		"annotations":{"services.k8s.aws/region":"eu-west-1","other":"x"},"managedFields":[{}]},"status":{"phase":"Active"}}`)
	want := &entry{ObjectMeta: metav1.ObjectMeta{
		Name: "a", ResourceVersion: "7", Labels: map[string]string{"team": "a"}, Annotations: map[string]string{"services.k8s.aws/region": "eu-west-1"},
	}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(entry{})); diff != "" {
		t.Error(diff)
	}
}

// Informers know by this annotation that they have seen what was there.
func TestTheMarkOfTheEndOfInitialEventsIsKept(t *testing.T) {
	for name, trim := range map[string]trimmer{"namespace": trimNamespace, "selector": trimSelector, "role map": trimRoleMap} {
		object, _, err := decoder{trim}.Decode([]byte(`{"kind":"X","metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}}`), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := object.(*entry); !ok || e.Annotations[metav1.InitialEventsAnnotationKey] != "true" || e.ResourceVersion != "9" {
			t.Errorf("%s: %+v", name, object)
		}
	}
}

func TestAListIsDecodedWithWhatThePagerNeeds(t *testing.T) {
	list, ok := decode(t, `{"kind":"NamespaceList","metadata":{"resourceVersion":"9","continue":"more"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}`).(*entryList)
	if !ok || list.ResourceVersion != "9" || list.Continue != "more" || len(list.Items) != 2 || list.Items[1].Name != "b" {
		t.Errorf("%+v", list)
	}
}

func TestAnErrorOfTheAPIServerStaysOne(t *testing.T) {
	status, ok := decode(t, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410}`).(*metav1.Status)
	if !ok || status.Reason != metav1.StatusReasonExpired || status.Code != 410 {
		t.Errorf("%+v", status)
	}
}

func TestWhatIsNoJSONIsAnError(t *testing.T) {
	if _, _, err := (decoder{trimNamespace}).Decode([]byte(`{"kind":`), nil, nil); err == nil {
		t.Error("want an error")
	}
}
