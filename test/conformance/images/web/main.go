// Stands in for the httpd and nginx images of upstream's suite: serves the files of a folder on port 80. A folder is its
// index.html and is never listed: tests take that file away to make a probe fail.
package main

import (
	"log"
	"net/http"
	"os"
	"path"
	"path/filepath"
)

var roots = map[string]string{
	"httpd": "/usr/local/apache2/htdocs",
	"nginx": "/usr/share/nginx/html",
}

func main() {
	root, known := roots[filepath.Base(os.Args[0])]
	if !known {
		log.Fatalf("this program is called httpd or nginx, not %s", os.Args[0])
	}
	log.Fatal(http.ListenAndServe(":80", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := filepath.Join(root, path.Clean("/"+r.URL.Path))
		info, err := os.Stat(name)
		if err == nil && info.IsDir() {
			name = filepath.Join(name, "index.html")
			info, err = os.Stat(name)
		}
		if err != nil {
			http.NotFound(w, r)
			return
		}
		file, err := os.Open(name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		defer file.Close()
		http.ServeContent(w, r, info.Name(), info.ModTime(), file)
	})))
}
