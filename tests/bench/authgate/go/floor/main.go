// The floor that authgate is measured against: the least that a ForwardAuth service can do.
package main

import (
	"net/http"
	"os"
)

func main() {
	want := "Bearer " + os.Getenv("TOKEN")
	http.ListenAndServe(os.Getenv("LISTEN"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != want {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("X-Mcpier-Client", "alice")
		w.WriteHeader(http.StatusNoContent)
	}))
}
