// Stands in for the httpd and nginx images of upstream's suite: serves a folder on port 80.
package main

import (
	"log"
	"net/http"
	"os"
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
	log.Fatal(http.ListenAndServe(":80", http.FileServer(http.Dir(root))))
}
