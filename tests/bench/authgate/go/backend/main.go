// What stands behind the edge while it is measured: an instance that answers at once.
package main

import (
	"net/http"
	"os"
)

func main() {
	http.ListenAndServe(os.Getenv("LISTEN"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("ok"))
	}))
}
