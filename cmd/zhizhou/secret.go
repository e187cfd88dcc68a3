package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// readSecret reads a line from standard input; on a terminal it is not shown.
func readSecret() (string, error) {
	restore := hideInput(int(os.Stdin.Fd()))
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if restore != nil {
		restore()
		fmt.Fprintln(os.Stderr)
	}
	if line == "" && err != nil {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
