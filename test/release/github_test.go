package release

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// github plays what a release needs of GitHub: it takes the release and its files, and serves them.
type github struct {
	url string

	mutex     sync.Mutex // goreleaser sends several files at once
	published published
	files     map[string][]byte
}

// published is what GitHub's API takes of a release.
type published struct {
	Tag        string `json:"tag_name"`
	Notes      string `json:"body"`
	Draft      bool   `json:"draft"`
	Prerelease bool   `json:"prerelease"`
}

func playGitHub(t *testing.T) *github {
	t.Helper()
	g := &github{files: map[string][]byte{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v3/repos/cmkgate/cmkgate/releases", g.release)
	mux.HandleFunc("PATCH /api/v3/repos/cmkgate/cmkgate/releases/1", g.release)
	mux.HandleFunc("POST /api/uploads/repos/cmkgate/cmkgate/releases/1/assets", g.upload)
	mux.HandleFunc("GET /cmkgate/cmkgate/releases/download/v"+version+"/{name}", g.download)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

// release makes a release, or changes what the body names of it.
func (g *github) release(w http.ResponseWriter, r *http.Request) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if err := json.NewDecoder(r.Body).Decode(&g.published); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer(w, `{"id": 1, "html_url": "`+g.url+`"}`)
}

func (g *github) upload(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.files[r.URL.Query().Get("name")] = content
	answer(w, `{"id": 1}`)
}

func (g *github) download(w http.ResponseWriter, r *http.Request) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	content, ok := g.files[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	io.Copy(w, bytes.NewReader(content))
}

func answer(w http.ResponseWriter, object string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	io.WriteString(w, object)
}
