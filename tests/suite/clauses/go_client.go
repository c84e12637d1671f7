// Reads one body a line, in Base64, and says of each whether Go decodes it as the official client does.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
)

// The members and types of go-scalingo's EventCategory (events_types.go).
type eventCategory struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Position int    `json:"position"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		body, err := base64.StdEncoding.DecodeString(lines.Text())
		if err == nil {
			var answer map[string][]eventCategory
			err = json.Unmarshal(body, &answer)
		}
		fmt.Println(err == nil)
	}
}
